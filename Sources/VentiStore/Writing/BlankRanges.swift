/// Ranges of buckets that are known to be blank: a few large ones.
struct BlankRanges: Sendable {
  /// The most ranges that are kept.
  static let limit = 16
  /// How often buckets may turn out to be filled before there is no use in asking.
  static let missLimit = 64

  private var ranges: [Range<Int>] = []
  private var hitCount = 0
  private var missCount = 0

  /// Whether enough buckets are blank for it to be worth asking.
  var areWorthwhile: Bool { missCount < Self.missLimit + hitCount }

  /// Whether a bucket is known to be blank.
  func contains(_ bucket: Int) -> Bool {
    ranges.contains { $0.contains(bucket) }
  }

  /// Adds a range that goes as far as the hole does, or none where there is no hole.
  mutating func insert(_ range: Range<Int>) {
    guard !range.isEmpty else {
      missCount += 1
      return
    }
    hitCount += 1
    // The same hole, seen from further down.
    if let index = ranges.firstIndex(where: { $0.upperBound == range.upperBound }) {
      if range.lowerBound < ranges[index].lowerBound { ranges[index] = range }
      return
    }
    if ranges.count == Self.limit { ranges.removeFirst() }
    ranges.append(range)
  }
}
