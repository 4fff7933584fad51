public import SystemPackage

extension FileDescriptor {
  /// Reads to the end of a file, a pipe or a terminal, or until there are `limit` bytes.
  public func readAll(limit: Int) throws(Errno) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < limit {
      let part = try readSome(min(limit - bytes.count, 1 << 16))
      if part.isEmpty { break }
      bytes += part
    }
    return bytes
  }

  /// Reads to the end.
  ///
  /// - Throws: `Errno.fileTooLarge` if there are more than `limit` bytes.
  public func readWhole(limit: Int) throws(Errno) -> [UInt8] {
    let bytes = try readAll(limit: limit + 1)
    guard bytes.count <= limit else { throw .fileTooLarge }
    return bytes
  }

  private func readSome(_ limit: Int) throws(Errno) -> [UInt8] {
    try withErrno {
      try unsafe [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
        count = try unsafe read(into: UnsafeMutableRawBufferPointer(buffer))
      }
    }
  }
}
