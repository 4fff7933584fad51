import CommandSupport
import Posix
import VentiTools

/// Shows on a terminal how far a command has come, at what rate, and how long it will still take.
final class ProgressMeter: Sendable {
  private let amounts: Monitor<(done: Int, total: Int?)>
  private let line: ProgressLine

  /// Begins to show progress of what `label` says.
  init(_ label: String, in unit: ProgressText.Unit) {
    let amounts = Monitor((done: 0, total: Int?.none))
    let start = Deadline.now
    self.amounts = amounts
    line = ProgressLine {
      let (done, total) = amounts.withLock { $0 }
      return ProgressText(
        label: label, unit: unit, done: done, total: total, seconds: -start.secondsLeft
      ).line
    }
  }

  /// Notes how much is done.
  ///
  /// - Parameter total: nil when that is not known.
  func update(_ done: Int, of total: Int?) {
    amounts.withLock { $0 = (done, total) }
  }

  /// Prints a line above the progress.
  func print(_ text: String) { line.print(text) }

  /// Ends the progress; nothing of it stays.
  func finish() { line.end() }
}
