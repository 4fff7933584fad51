internal import Posix
internal import VacArchive

/// A walk on a thread of its own, ahead of who takes its steps.
///
/// To ask the system about files is half the work where nothing has changed, and goes on beside the
/// other half. Steps are handed over many at once: to wake a thread takes as long as a few of them.
final class WalkAhead: Sendable {
  private struct State {
    var batches: [[SourceWalk.Step]] = []
    var isEnded = false
    var isAbandoned = false
    /// Whether the walk waits until there is room.
    var isFull = false
  }

  /// Steps that are handed over together.
  private static let batchCount = 64
  /// Directories among them.
  private static let directoryCount = 8
  /// Batches that may wait.
  private static let batchLimit = 8

  private let state = Monitor(State())

  /// Sends a walk ahead.
  ///
  /// - Returns: nil when the system has no room for a thread.
  init?(_ walk: SourceWalk) {
    let state = state
    guard Thread.start("walk", { Self.run(walk, state) }) else { return nil }
  }

  /// The next steps; none at the end.
  func next() -> [SourceWalk.Step] {
    let (steps, wakes) =
      state.wait { state -> ([SourceWalk.Step], Bool)? in
        guard !state.batches.isEmpty || state.isEnded else { return nil }
        defer { (state.batches, state.isFull) = ([], false) }
        return (Array(state.batches.joined()), state.isFull)
      } ?? ([], false)
    if wakes { state.update { _ in } }
    return steps
  }

  /// Ends the walk soon.
  func abandon() {
    state.update { $0.isAbandoned = true }
  }

  private static func run(_ walk: SourceWalk, _ state: Monitor<State>) {
    var walk = walk
    defer { walk.abandon() }
    while true {
      let (batch, isLast) = take(from: &walk)
      guard hand(batch, isLast: isLast, state), !isLast else { return }
    }
  }

  private static func take(
    from walk: inout SourceWalk
  ) -> (batch: [SourceWalk.Step], isLast: Bool) {
    var batch: [SourceWalk.Step] = []
    batch.reserveCapacity(batchCount)
    var directories = 0
    while batch.count < batchCount, directories < directoryCount {
      guard let step = walk.next(merge: { _, _ in nil }) else { return (batch, true) }
      if case .enter = step { directories += 1 }
      batch.append(step)
    }
    return (batch, false)
  }

  /// Hands steps over once there is room for them; false when nobody wants them any more.
  private static func hand(
    _ batch: [SourceWalk.Step], isLast: Bool, _ state: Monitor<State>
  ) -> Bool {
    let isWanted = state.wait { state -> Bool? in
      if state.isAbandoned { return false }
      guard state.batches.count < batchLimit else {
        state.isFull = true
        return nil
      }
      state.batches.append(batch)
      state.isEnded = isLast
      return true
    }
    state.update { _ in }
    return isWanted == true
  }
}
