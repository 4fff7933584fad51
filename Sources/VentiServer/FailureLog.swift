import Logging
import Posix
import VentiCore

/// Logs the failures of a store; one that goes on failing in the same words is told once in a while.
final class FailureLog: Sendable {
  /// How long the same words are not said again.
  private static let pauseSeconds = 10.0

  private let logger: Logger
  private let last = Monitor((text: "", until: Deadline.now))

  init(_ logger: Logger) {
    self.logger = logger
  }

  /// Notes a failure.
  func note(_ error: BlockError) {
    let text = "\(error)"
    let isNews = last.withLock { last in
      guard text != last.text || last.until.hasPassed else { return false }
      last = (text, .after(seconds: Self.pauseSeconds))
      return true
    }
    if isNews { logger.error("\(text)") }
  }
}
