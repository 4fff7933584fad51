internal import CFuse
internal import Glibc
internal import SystemPackage

/// A directory that can be mounted on.
struct Mountpoint: Sendable {
  /// The absolute path, without symbolic links: it stays good when the process changes its
  /// directory.
  let path: String

  /// Finds the directory at `path`.
  init(_ path: String) throws(FuseError) {
    self.path = try Self.resolve(path)
    var status = stat()
    guard unsafe stat(self.path, &status) == 0 else { throw Self.error(errno, path) }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw .mountpointNotDirectory(path: path)
    }
  }

  private static func resolve(_ path: String) throws(FuseError) -> String {
    guard let resolved = unsafe realpath(path, nil) else { throw error(errno, path) }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }

  private static func error(_ code: CInt, _ path: String) -> FuseError {
    switch code {
    case ENOENT: .mountpointMissing(path: path)
    case ENOTDIR: .mountpointNotDirectory(path: path)
    case ENOTCONN: .mountpointStale(path: path)
    default: .mountpointInaccessible(path: path, cause: Errno(rawValue: code))
    }
  }
}
