internal import CLinux
internal import Glibc

extension File {
  /// Reads `count` bytes at `offset` if the system has all of them in memory: preadv2(2) with
  /// `RWF_NOWAIT`.
  ///
  /// - Precondition: `output` has room for `count` bytes.
  /// - Returns: false when it has not, or the file system does not tell.
  public func readInMemory(
    _ count: Int, at offset: Int, into output: inout OutputRawSpan
  ) -> Bool {
    precondition(count <= output.freeCapacity)
    return unsafe output.withUnsafeMutableBytes { buffer, filled in
      let start = unsafe buffer.baseAddress.map { unsafe $0 + filled }
      var part = unsafe iovec(iov_base: start, iov_len: count)
      let read = unsafe preadv2(descriptor, &part, 1, off_t(offset), VACFS_RWF_NOWAIT)
      filled += max(read, 0)
      return read == count
    }
  }
}
