internal import Posix
internal import VacArchive

/// A walk on a thread of its own, ahead of who takes its steps.
///
/// To ask the system about files is half the work where nothing has changed, and goes on beside the
/// other half. Steps are handed over many at once: to wake a thread takes as long as a few of them.
final class WalkAhead: Sendable {
  private struct State {
    var batches: [[SourceWalk.Step]] = []
    /// Directories that are entered or left in them.
    var directoryCount = 0
    var isEnded = false
    var isAbandoned = false
    /// Whether the walk waits until there is room.
    var isFull = false
  }

  private struct Batch {
    var steps: [SourceWalk.Step] = []
    var directoryCount = 0
    var isLast = false
  }

  /// Steps that are handed over together.
  private static let batchCount = 64
  /// Directories that are entered or left in them.
  private static let batchDirectoryCount = 16
  /// Batches that may wait: a megabyte or two.
  private static let batchLimit = 64
  /// Directories that are entered or left in them, of which each may have an open handle.
  private static let directoryLimit = 128

  private let state = Monitor(State())

  /// Sends a walk ahead, which begins on its own thread.
  ///
  /// - Returns: nil when the system has no room for a thread.
  init?(_ makeWalk: @escaping @Sendable () -> SourceWalk) {
    let state = state
    guard Thread.start("walk", { Self.run(makeWalk(), state) }) else { return nil }
  }

  /// The next steps, in batches, of each the first step last; none at the end.
  func next() -> [[SourceWalk.Step]] {
    let (batches, wakes) =
      state.wait { state -> ([[SourceWalk.Step]], Bool)? in
        guard !state.batches.isEmpty || state.isEnded else { return nil }
        defer { (state.batches, state.directoryCount, state.isFull) = ([], 0, false) }
        return (state.batches, state.isFull)
      } ?? ([], false)
    if wakes { state.update { _ in } }
    return batches
  }

  /// Ends the walk soon.
  func abandon() {
    state.update { $0.isAbandoned = true }
  }

  private static func run(_ walk: SourceWalk, _ state: Monitor<State>) {
    var walk = walk
    while true {
      let batch = take(from: &walk)
      guard hand(batch, state), !batch.isLast else { return }
    }
  }

  private static func take(from walk: inout SourceWalk) -> Batch {
    walk.lookout.resume()
    var batch = Batch()
    batch.steps.reserveCapacity(batchCount)
    while batch.steps.count < batchCount, batch.directoryCount < batchDirectoryCount {
      // Steps are large: they are moved, and not looked at.
      let depth = walk.depth
      guard let step = walk.next(merge: { _, _ in nil }) else {
        batch.isLast = true
        break
      }
      batch.steps.append(step)
      if walk.depth != depth { batch.directoryCount += 1 }
    }
    walk.lookout.pause()
    // So that they are taken from the end, and moved.
    batch.steps.reverse()
    return batch
  }

  /// Hands steps over once there is room for them; false when nobody wants them any more.
  private static func hand(_ batch: Batch, _ state: Monitor<State>) -> Bool {
    let isWanted = state.wait { state -> Bool? in
      if state.isAbandoned { return false }
      guard state.batches.count < batchLimit, state.directoryCount < directoryLimit else {
        state.isFull = true
        return nil
      }
      state.batches.append(batch.steps)
      state.directoryCount += batch.directoryCount
      state.isEnded = batch.isLast
      return true
    }
    state.update { _ in }
    return isWanted == true
  }
}
