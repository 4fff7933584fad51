internal import Posix
internal import VacArchive
internal import VentiCore

/// The store as a backup uses it: what is known to be there is not sent.
///
/// Known are the blocks of the previous archive, as far as they were met, and those that this
/// backup has sent itself. A limited number of them: to forget one costs no more than sending it.
final class BackupStore: BlockStore {
  /// Blocks that are remembered, in all.
  private static let knownLimit = 1 << 17
  private static let shardCount = 16

  /// Blocks that share a place: the one that came first goes when another one comes.
  private static let wayCount = 4

  private struct Known: Sendable {
    var scores: [Score]
    var types: [BlockType]
    var nextWays: [Int8]

    func has(_ score: Score, _ type: BlockType, at place: Int) -> Bool {
      (place * wayCount..<(place + 1) * wayCount).contains {
        scores[$0] == score && types[$0] == type
      }
    }

    mutating func add(_ score: Score, _ type: BlockType, at place: Int) {
      let way = Int(nextWays[place])
      scores[place * wayCount + way] = score
      types[place * wayCount + way] = type
      nextWays[place] = Int8((way + 1) % wayCount)
    }
  }

  private let base: any BlockStore
  private let counters: BackupCounters
  private let shards: [Monitor<Known>]

  init(_ base: any BlockStore, counters: BackupCounters) {
    self.base = base
    self.counters = counters
    let count = Self.knownLimit / Self.shardCount
    shards = (0..<Self.shardCount).map { _ in
      Monitor(
        Known(
          scores: Array(repeating: .zero, count: count),
          types: Array(repeating: .data, count: count),
          nextWays: Array(repeating: 0, count: count / Self.wayCount)))
    }
  }

  /// Reads a block of an archive; so it is known.
  func read(_ address: BlockAddress) throws(BlockError) -> Block {
    let block = try base.read(address)
    remember(address.score, address.type)
    return block
  }

  func prefetch(_ addresses: [BlockAddress]) {
    base.prefetch(addresses)
  }

  func write(_ block: Block, type: BlockType, score: Score) throws(BlockError) {
    if block.count == 0 || isKnown(score, type) { return }
    try base.write(block, type: type, score: score)
    counters.bytesSent.add(block.count)
    remember(score, type)
  }

  func sync() throws(BlockError) {
    try base.sync()
  }

  /// Stores a leaf of a file's contents.
  func add(_ leaf: Block) throws(BackupError) -> Score {
    let stored = leaf.withoutTrailingZeros
    counters.bytes.add(leaf.count)
    counters.bytesKnown.add(leaf.count - stored.count)
    guard stored.count > 0 else { return .zero }
    let score = stored.score
    if isKnown(score, .data) {
      counters.bytesKnown.add(stored.count)
      return score
    }
    try archiving { () throws(ArchiveError) in
      do throws(BlockError) {
        try write(stored, type: .data, score: score)
      } catch {
        throw .block(error)
      }
    }
    return score
  }

  /// Counts contents that are a hole.
  func count(hole: Int) {
    counters.bytes.add(hole)
    counters.bytesKnown.add(hole)
  }

  /// Notes that the store has a block.
  func remember(_ score: Score, _ type: BlockType) {
    let (shard, place) = place(of: score)
    shards[shard].withLock { known in
      if !known.has(score, type, at: place) { known.add(score, type, at: place) }
    }
  }

  private func isKnown(_ score: Score, _ type: BlockType) -> Bool {
    let (shard, place) = place(of: score)
    return shards[shard].withLock { $0.has(score, type, at: place) }
  }

  private func place(of score: Score) -> (shard: Int, place: Int) {
    let place = Int(score.words.0 % UInt64(Self.knownLimit / Self.wayCount))
    return (place % Self.shardCount, place / Self.shardCount)
  }
}
