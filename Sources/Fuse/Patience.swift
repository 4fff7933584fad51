public import Posix

/// How long a file system may take over one request.
public enum Patience: Sendable {
  /// Answer at once from memory, or throw `FileSystemError.wouldBlock`.
  case none
  /// Storage may be waited for, until the deadline.
  case until(Deadline)
}
