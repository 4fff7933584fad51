/// How many writes there are of each batch.
struct BatchCounts: Sendable {
  // A few batches at most are under way together.
  private var counts: [Int: Int] = [:]

  /// Whether there are none at all.
  var isEmpty: Bool { counts.isEmpty }

  mutating func add(_ batch: Int) {
    counts[batch, default: 0] += 1
  }

  mutating func remove(_ batch: Int) {
    guard let count = counts[batch] else { return }
    counts[batch] = count > 1 ? count - 1 : nil
  }

  /// Whether there are writes of batch `last` or an earlier one.
  func hasAny(upTo last: Int) -> Bool {
    counts.contains { $0.key <= last }
  }
}
