internal import CLinux
internal import Glibc
package import SystemPackage

extension File {
  /// Where temporary files go: `$TMPDIR`, or else `/var/tmp`, which is on a disk where `/tmp` may be
  /// memory.
  package static var temporaryDirectory: FilePath {
    let named = Environment["TMPDIR"].map { FilePath($0) }
    return named.flatMap { $0.isEmpty ? nil : $0 } ?? "/var/tmp"
  }

  /// Makes an empty file that has no name, and so goes with the program: open(2) with `O_TMPFILE`.
  package static func temporary(in directory: FilePath) throws(Errno) -> File {
    do throws(Errno) {
      return File(
        owning: try systemCall {
          unsafe directory.withPlatformString {
            unsafe open($0, O_RDWR | O_DIRECTORY | VACFS_O_TMPFILE | O_CLOEXEC, 0o600)
          }
        })
    } catch .notSupported, .isDirectory, .invalidArgument {
      return try named(in: directory)
    }
  }

  /// The same where the file system knows no such files: for a moment it has a name.
  private static func named(in directory: FilePath) throws(Errno) -> File {
    let path = directory.appending(
      ".vacfs-\(String(UInt64.random(in: 0 ... .max), radix: 16))")
    let file = File(
      owning: try systemCall {
        unsafe path.withPlatformString {
          unsafe open($0, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        }
      })
    try remove(path)
    return file
  }
}
