internal import Posix

/// Tells what is wrong with the previous archive: what is found first, by whatever thread, and no more.
final class PreviousDamage: Sendable {
  private let isTold = Monitor(false)
  private let report: (@Sendable (String) -> Void)?

  init(_ report: (@Sendable (String) -> Void)?) {
    self.report = report
  }

  func tell(_ reason: @autoclosure () -> String) {
    let isFirst = isTold.withLock { isTold in
      defer { isTold = true }
      return !isTold
    }
    if isFirst { report?(reason()) }
  }
}
