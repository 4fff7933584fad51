internal import Glibc
package import SystemPackage

extension FileStatus.Identity {
  /// The file that a path leads to, behind links; nil where there is none, or it cannot be seen.
  package init?(of path: FilePath) {
    var status = stat()
    guard unsafe path.withPlatformString({ unsafe stat($0, &status) }) == 0 else { return nil }
    self.init(fileSystem: UInt64(status.st_dev), inode: UInt64(status.st_ino))
  }
}
