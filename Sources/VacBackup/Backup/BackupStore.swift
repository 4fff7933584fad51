internal import Posix
internal import VacArchive
internal import VentiCore

/// The store as a backup uses it: what is known to be there is not sent.
///
/// Known are the blocks of the previous archive, as far as they were met and the store does not say
/// that it has lost them, and those that this backup has sent itself. A limited number of them: to
/// forget one costs no more than sending it.
final class BackupStore: BlockStore {
  /// Blocks that are remembered, in all.
  private static let knownLimit = 1 << 17
  private static let shardCount = 16

  private let base: any BlockStore
  private let counters: BackupCounters
  /// By the beginning of the score: many threads ask.
  private let known: [Monitor<KnownBlocks>]

  init(_ base: any BlockStore, counters: BackupCounters) {
    self.base = base
    self.counters = counters
    known = (0..<Self.shardCount).map { _ in
      Monitor(KnownBlocks(limit: Self.knownLimit / Self.shardCount))
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
    _ = try writeUnlessKnown(block, type: type, score: score)
  }

  func writeUnlessKnown(
    _ block: Block, type: BlockType, score: Score
  ) throws(BlockError) -> Bool {
    if block.count == 0 || isKnown(score, type) { return false }
    let isNew = try base.writeUnlessKnown(block, type: type, score: score)
    if isNew { counters.bytesSent.add(block.count) }
    remember(score, type)
    return isNew
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
    try archiving { () throws(ArchiveError) in
      do throws(BlockError) {
        let isNew = try writeUnlessKnown(stored, type: .data, score: score)
        if !isNew { counters.bytesKnown.add(stored.count) }
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

  /// Notes that the store has a block which the previous archive names.
  ///
  /// - Returns: false when the store says that it has not. One that cannot tell is believed to have it.
  func remember(named score: Score, _ type: BlockType) -> Bool {
    guard isKnown(score, type) || base.contains(score, type) != false else { return false }
    remember(score, type)
    return true
  }

  /// Notes that the store has a block.
  private func remember(_ score: Score, _ type: BlockType) {
    shard(of: score).withLock { $0.insert(score, type) }
  }

  private func isKnown(_ score: Score, _ type: BlockType) -> Bool {
    shard(of: score).withLock { $0.contains(score, type) }
  }

  private func shard(of score: Score) -> Monitor<KnownBlocks> {
    known[Int(score.words.0 % UInt64(Self.shardCount))]
  }
}
