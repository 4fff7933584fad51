import Posix
import VentiWire

/// The clients that wait for a sync: one sync of the store answers all that asked before it began.
///
/// So one thread is enough, however many clients wait.
final class SyncQueue: Sendable {
  private struct State {
    var waiting: [@Sendable (Reply) -> Void] = []
    var isRunning = false
  }

  private let state = Monitor(State())

  /// Adds one who waits.
  ///
  /// - Returns: whether the caller is to see to it that `run` is called.
  func join(_ answer: @escaping @Sendable (Reply) -> Void) -> Bool {
    state.withLock { state in
      state.waiting.append(answer)
      defer { state.isRunning = true }
      return !state.isRunning
    }
  }

  /// Syncs until nobody waits.
  func run(_ sync: () -> Reply) {
    while let answers = takeWaiting() {
      let reply = sync()
      for answer in answers { answer(reply) }
    }
  }

  /// Takes out those who wait; nil, and the end of the run, when nobody does.
  private func takeWaiting() -> [@Sendable (Reply) -> Void]? {
    state.withLock { state in
      guard !state.waiting.isEmpty else {
        state.isRunning = false
        return nil
      }
      defer { state.waiting = [] }
      return state.waiting
    }
  }
}
