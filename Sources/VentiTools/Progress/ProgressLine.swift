internal import Posix
internal import SystemPackage

/// One line on a terminal that says how far something has come, and how long it will still take.
///
/// Where standard error is no terminal, nothing is shown.
package final class ProgressLine: Sendable {
  private struct State {
    var nextUpdate = Deadline.now
    var width = 0

    /// Whether it is time to show something again; then the next time is set.
    mutating func isDue(after seconds: Double) -> Bool {
      guard nextUpdate.hasPassed else { return false }
      nextUpdate = .after(seconds: seconds)
      return true
    }
  }

  private static let secondsBetween = 0.2

  private let label: String
  private let unit: ProgressText.Unit
  private let terminal: Terminal?
  private let start = Deadline.now
  private let state = Monitor(State())

  /// Shows progress of what `label` says.
  package init(_ label: String, in unit: ProgressText.Unit) {
    self.label = label
    self.unit = unit
    terminal = Terminal(.standardError)
  }

  /// Shows how much is done; a few times a second at most.
  ///
  /// - Parameter total: nil when that is not known.
  package func update(_ done: Int, of total: Int?) {
    guard let terminal, state.withLock({ $0.isDue(after: Self.secondsBetween) }) else { return }
    let text = ProgressText(
      label: label, unit: unit, done: done, total: total, seconds: -start.secondsLeft)
    show(text.line(columns: terminal.columns - 1))
  }

  /// Clears the line.
  package func finish() {
    guard terminal != nil else { return }
    show("")
    state.withLock { $0.width = 0 }
  }

  private func show(_ line: String) {
    let blanks = state.withLock { state in
      defer { state.width = line.count }
      return max(0, state.width - line.count)
    }
    let text = "\r\(line)\(String(repeating: " ", count: blanks))\r"
    _ = try? FileDescriptor.standardError.writeAll(Array(text.utf8))
  }
}
