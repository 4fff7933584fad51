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
}
