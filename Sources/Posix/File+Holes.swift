internal import CLinux
internal import Glibc
package import SystemPackage

extension File {
  /// Makes the file `size` bytes long; what is added is a hole: ftruncate(2).
  package func setSize(_ size: Int) throws(Errno) {
    _ = try systemCall { ftruncate(descriptor, size) }
  }

  /// Makes a hole of a range, which then takes no storage and reads as zeros: fallocate(2).
  ///
  /// - Throws: `Errno.notSupported` where the file system has no holes.
  package func punchHole(_ range: Range<Int>) throws(Errno) {
    guard !range.isEmpty else { return }
    let mode = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE
    _ = try systemCall { fallocate(descriptor, mode, range.lowerBound, range.count) }
  }

  /// The first byte at or after `offset` that may be other than zero; nil when there is none:
  /// lseek(2) with `SEEK_DATA`.
  ///
  /// A file system that knows no holes says `offset`.
  package func firstData(from offset: Int) throws(Errno) -> Int? {
    do throws(Errno) {
      return try systemCall { lseek(descriptor, offset, VACFS_SEEK_DATA) }
    } catch .noSuchAddressOrDevice {
      return nil
    } catch .invalidArgument {
      return offset
    }
  }

  /// The first byte at or after `offset` that is in a hole, or the end of the file: lseek(2) with
  /// `SEEK_HOLE`.
  package func firstHole(from offset: Int) throws(Errno) -> Int {
    try systemCall { lseek(descriptor, offset, VACFS_SEEK_HOLE) }
  }
}
