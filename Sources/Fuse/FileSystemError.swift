public import SystemPackage

/// Why a request is not answered with a value.
public enum FileSystemError: Error, Sendable, Equatable {
  /// The answer is not in memory; only thrown where patience is `.none`. The request is tried
  /// again, with patience, where it holds up nobody else.
  case wouldBlock
  /// The kernel, and so the caller, is told this error.
  case failed(Errno)
}

extension FileSystemError: CustomStringConvertible {
  /// One line for a log.
  public var description: String {
    switch self {
    case .wouldBlock: "the answer is not in memory"
    case .failed(let errno): errno.description
    }
  }
}
