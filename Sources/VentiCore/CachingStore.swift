/// A store that is far away, and of which what is read comes through a cache: so that what will be read
/// can be asked for ahead, many blocks at a time.
///
/// What is written goes straight to the store.
public final class CachingStore: BlockStore {
  private let base: any BlockStore & BlockFetcher
  private let cache: BlockCache

  /// Puts a cache of a capacity in bytes before a store.
  public init(_ base: any BlockStore & BlockFetcher, capacityBytes: Int) {
    self.base = base
    cache = BlockCache(over: base, capacityBytes: capacityBytes)
  }

  /// Reads a block from memory, or from the store.
  public func read(_ address: BlockAddress) throws(BlockError) -> Block {
    try cache.read(address)
  }

  /// Begins to fetch blocks that are not in memory.
  public func prefetch(_ addresses: [BlockAddress]) {
    cache.prefetch(addresses)
  }

  /// Stores a block.
  public func write(_ block: Block, type: BlockType, score: Score) throws(BlockError) {
    try base.write(block, type: type, score: score)
  }

  /// Stores a block, and says whether it was stored.
  public func writeUnlessKnown(
    _ block: Block, type: BlockType, score: Score
  ) throws(BlockError) -> Bool {
    try base.writeUnlessKnown(block, type: type, score: score)
  }

  /// Stores a block if that takes no waiting.
  public func writeAtOnce(_ block: Block, type: BlockType, score: Score) -> Bool {
    base.writeAtOnce(block, type: type, score: score)
  }

  /// Whether the store has a block, if that can be told without reading it.
  public func contains(_ score: Score, _ type: BlockType) -> Bool? {
    base.contains(score, type)
  }

  /// Returns once everything written before survives a power cut.
  public func sync() throws(BlockError) {
    try base.sync()
  }
}
