internal import SystemPackage

/// Files of the system that are read or written in one go.
enum SmallFile {
  /// The largest file that is read: more than any table of mounts holds.
  private static let largest = 64 << 20

  /// The contents of `path`.
  static func read(_ path: FilePath) throws(Errno) -> [UInt8] {
    try withErrno {
      let file = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
      return try file.closeAfter {
        var contents: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 64 << 10)
        while contents.count < largest {
          let count = try unsafe part.withUnsafeMutableBytes { try unsafe file.read(into: $0) }
          if count == 0 { return contents }
          contents += part[..<count]
        }
        throw Errno.fileTooLarge
      }
    }
  }

  /// Writes `text` to `path`, which exists, in one call.
  static func write(_ text: String, to path: FilePath) throws(Errno) {
    try withErrno {
      let file = try FileDescriptor.open(path, .writeOnly, options: .closeOnExec)
      _ = try file.closeAfter { try file.writeAll(text.utf8) }
    }
  }
}
