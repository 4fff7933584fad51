/// The steps of a walk, which goes ahead where that is possible.
struct WalkSteps {
  private let ahead: WalkAhead?
  /// Where it does not.
  private var walk: SourceWalk?
  /// What is at hand: batches, and the steps of the one before, each with the next one last.
  private var batches: [[SourceWalk.Step]] = []
  private var steps: [SourceWalk.Step] = []

  init(_ ahead: WalkAhead) {
    self.ahead = ahead
  }

  init(_ walk: SourceWalk) {
    self.walk = walk
    ahead = nil
  }

  /// Goes to the next file; nil after the last one.
  mutating func next(merge: SourceWalk.Merge) -> SourceWalk.Step? {
    guard let ahead else { return walk?.next(merge: merge) }
    while steps.isEmpty {
      if batches.isEmpty { batches = ahead.next().reversed() }
      guard let batch = batches.popLast() else { return nil }
      steps = batch
    }
    return steps.popLast()
  }

  /// Ends the walk, before its time or not.
  mutating func abandon() {
    ahead?.abandon()
  }
}
