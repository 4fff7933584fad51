import Glibc
public import SystemPackage

/// What is at a path, as far as it matters for taking it as an argument.
public enum FileType: Sendable, Equatable {
  case directory
  case socket
  /// A file, a device, or anything else.
  case other

  /// What is at `path`, behind links; nil when nothing is, or it cannot be seen.
  public init?(of path: FilePath) {
    var status = stat()
    guard unsafe path.withPlatformString({ unsafe stat($0, &status) }) == 0 else { return nil }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: self = .directory
    case S_IFSOCK: self = .socket
    default: self = .other
    }
  }
}
