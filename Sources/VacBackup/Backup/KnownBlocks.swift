package import VentiCore

/// A set of blocks that has a limit: beyond it, one that came early goes for each that comes.
///
/// Its memory grows with the blocks, to 25 bytes for each of the limit.
package struct KnownBlocks: Sendable {
  /// Blocks that share a place: the one that came first goes when another one comes.
  private static let wayCount = 4

  private let limit: Int
  private var scores: [Score]
  private var types: [BlockType]
  private var nextWays: [Int8]
  private var count = 0

  /// - Parameter limit: a power of two, 64 or more.
  package init(limit: Int) {
    self.init(limit: limit, capacity: min(limit, 64))
  }

  private init(limit: Int, capacity: Int) {
    self.limit = limit
    scores = Array(repeating: .zero, count: capacity)
    types = Array(repeating: .data, count: capacity)
    nextWays = Array(repeating: 0, count: capacity / Self.wayCount)
  }

  package func contains(_ score: Score, _ type: BlockType) -> Bool {
    ways(of: score).contains { scores[$0] == score && types[$0] == type }
  }

  /// Adds a block, unless it is there.
  package mutating func insert(_ score: Score, _ type: BlockType) {
    guard !contains(score, type) else { return }
    // So early that hardly any place has more than its ways before.
    if count >= scores.count / 8, scores.count < limit { grow() }
    let ways = ways(of: score)
    let place = ways.lowerBound / Self.wayCount
    let way = ways.lowerBound + Int(nextWays[place])
    scores[way] = score
    types[way] = type
    nextWays[place] = Int8((way + 1) % Self.wayCount)
    count += 1
  }

  private func ways(of score: Score) -> Range<Int> {
    let place = Int(score.words.1 % UInt64(nextWays.count))
    return place * Self.wayCount..<(place + 1) * Self.wayCount
  }

  private mutating func grow() {
    var larger = Self(limit: limit, capacity: min(limit, scores.count * 4))
    // The zero score is nobody's: of the empty block, which is never stored.
    for (score, type) in zip(scores, types) where score != .zero { larger.insert(score, type) }
    self = larger
  }
}
