/// The steps of a walk, which goes ahead where that is possible.
struct WalkSteps {
  private let ahead: WalkAhead?
  /// Where it is not.
  private var walk: SourceWalk?
  private var steps: [SourceWalk.Step] = []
  private var position = 0

  /// - Parameter isAhead: false for a walk that merges archives: that needs the numbers of all files
  ///   before.
  init(_ walk: SourceWalk, isAhead: Bool) {
    ahead = isAhead ? WalkAhead(walk) : nil
    self.walk = ahead == nil ? walk : nil
  }

  /// Goes to the next file; nil after the last one.
  mutating func next(merge: SourceWalk.Merge) -> SourceWalk.Step? {
    guard let ahead else { return walk?.next(merge: merge) }
    if position == steps.count { (steps, position) = (ahead.next(), 0) }
    guard position < steps.count else { return nil }
    position += 1
    return steps[position - 1]
  }

  /// Ends the walk, before its time or not.
  mutating func abandon() {
    ahead?.abandon()
    walk?.abandon()
  }
}
