internal import CFuse
internal import Glibc
internal import Posix
internal import SystemPackage

/// A directory that can be mounted on.
struct Mountpoint: Sendable {
  /// The absolute path, without symbolic links: it stays good when the process changes its
  /// directory.
  let path: String

  /// Finds the directory at `path`.
  init(_ path: String) throws(FuseError) {
    var status = stat()
    do throws(Errno) {
      self.path = try FilePath(path).real().string
      guard unsafe stat(self.path, &status) == 0 else { throw Errno(rawValue: errno) }
    } catch {
      throw Self.error(error, path)
    }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw .mountpointNotDirectory(path: path)
    }
  }

  private static func error(_ cause: Errno, _ path: String) -> FuseError {
    switch cause {
    case .noSuchFileOrDirectory: .mountpointMissing(path: path)
    case .notDirectory: .mountpointNotDirectory(path: path)
    case Errno(rawValue: ENOTCONN): .mountpointStale(path: path)
    default: .mountpointInaccessible(path: path, cause: cause)
    }
  }
}
