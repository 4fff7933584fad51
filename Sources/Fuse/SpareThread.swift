internal import Posix

/// A thread that stands by until it is called.
package final class SpareThread: Sendable {
  /// What a spare thread is told.
  package enum Call: Sendable {
    /// Go on receiving; it is counted already.
    case receive
    /// End.
    case end
  }

  private let call = Monitor<Call?>(nil)

  /// Tells the thread; once only.
  package func tell(_ call: Call) {
    self.call.update { $0 = call }
  }

  /// Waits to be told, nil once `seconds` have passed.
  package func wait(seconds: Double) -> Call? {
    call.wait(until: .after(seconds: seconds)) { $0 }
  }
}
