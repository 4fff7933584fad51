import Posix

/// The clients that are connected.
final class SessionRegistry: Sendable {
  private struct State {
    var sessions: [ObjectIdentifier: Outbox] = [:]
    var isEnding = false
  }

  private let state = Monitor(State())

  /// How many there are.
  var count: Int { state.withLock { $0.sessions.count } }

  /// Enters a client; while the server ends, that is told to end at once.
  func add(_ session: Outbox) {
    let isEnding = state.withLock { state in
      state.sessions[ObjectIdentifier(session)] = session
      return state.isEnding
    }
    if isEnding { session.endSession() }
  }

  /// Strikes out a client that is gone.
  func remove(_ session: Outbox) {
    state.update { $0.sessions[ObjectIdentifier(session)] = nil }
  }

  /// Lets every client have its replies, and closes those that are not done by the deadline.
  func endAll(by deadline: Deadline) {
    for session in endingSessions() { session.endSession() }
    let isEmpty = state.wait(until: deadline) { $0.sessions.isEmpty ? true : nil }
    guard isEmpty == nil else { return }
    for session in endingSessions() { session.closeSession() }
  }

  private func endingSessions() -> [Outbox] {
    state.withLock { state in
      state.isEnding = true
      return Array(state.sessions.values)
    }
  }
}
