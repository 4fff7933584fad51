import Posix

/// Keeps the blocks that were used last, and fetches a block once however many ask for it.
///
/// A score names its bytes for ever, so nothing in the cache is ever wrong or out of date.
/// Safe to use from many threads. Locks are held for memory only: a reader that waits for one
/// block never holds up a reader of another.
public final class BlockCache: BlockSource {
  /// The capacity when nothing else is asked for: 64 MiB.
  public static let defaultCapacityBytes = 64 << 20

  private struct Key: Hashable, Sendable {
    let score: Score
    let type: BlockType
  }

  private struct Shard: Sendable {
    var blocks: LeastRecentlyUsed<Key, Block>
    // By address, not by key: a reader with a larger limit must not get the error of one with
    // a smaller limit.
    var loads: [BlockAddress: Load] = [:]
  }

  /// A block on its way.
  ///
  /// Its readers wait here, so that its arrival wakes nobody else.
  private typealias Load = Monitor<Result<Block, BlockError>?>

  private enum Finding {
    case block(Block)
    case load(Load)
    case missing(Load)
  }

  // Scores are uniformly distributed, so any bits of them spread the blocks over the shards.
  private let shards: [Monitor<Shard>]
  private let upstream: any BlockFetcher
  private let waitLimitSeconds: Double

  /// What a cached block costs beyond its bytes: table entries and the header of its memory.
  private static let overheadBytes = 160

  /// Makes an empty cache over `upstream`.
  ///
  /// - Parameters:
  ///   - capacityBytes: memory for blocks, bookkeeping included.
  ///   - waitLimitSeconds: how long a reader waits for a fetch that another began. Upstream's
  ///     own deadline is shorter; this one only keeps a defect there from hanging a reader.
  public init(
    over upstream: any BlockFetcher, capacityBytes: Int = defaultCapacityBytes,
    waitLimitSeconds: Double = 120
  ) {
    // Few shards when the capacity is small, so that each has room for some large blocks.
    let shardCount = max(1, min(16, capacityBytes >> 20))
    let shard = Shard(blocks: LeastRecentlyUsed(capacity: capacityBytes / shardCount))
    shards = (0..<shardCount).map { _ in Monitor(shard) }
    self.upstream = upstream
    self.waitLimitSeconds = waitLimitSeconds
  }

  /// The cache as a source that never waits: what is not in memory is `BlockError.notInMemory`.
  public var inMemory: some BlockSource { MemoryView(cache: self) }

  /// The cache as a source that fetches nothing ahead.
  ///
  /// For an upstream that has its blocks at hand: to have another thread fetch one takes about as
  /// long as to read it.
  public var unhurried: some BlockSource { UnhurriedView(cache: self) }

  /// Reads a block from memory, or from upstream.
  ///
  /// Throws what upstream throws; a failure is not kept, so that the next reader tries anew.
  public func read(_ address: BlockAddress) throws(BlockError) -> Block {
    if address.score == .zero { return .empty }
    switch look(for: address) {
    case .block(let block):
      return try block.limited(by: address)
    case .load(let load):
      return try wait(for: load, of: address)
    case .missing(let load):
      let result = Result { () throws(BlockError) in try upstream.read(address) }
      finish(load, of: address, with: result)
      return try result.get()
    }
  }

  /// Begins to fetch those blocks that are not in memory, nor on their way.
  public func prefetch(_ addresses: [BlockAddress]) {
    var loads: [BlockAddress: Load] = [:]
    for address in addresses where address.score != .zero {
      if case .missing(let load) = look(for: address) { loads[address] = load }
    }
    guard !loads.isEmpty else { return }
    let missing = addresses.filter { loads[$0] != nil }
    upstream.fetch(missing) { [loads] address, result in
      guard let load = loads[address] else { return }
      self.finish(load, of: address, with: result)
    }
  }

  /// Returns a block that is in memory.
  func readFromMemory(_ address: BlockAddress) throws(BlockError) -> Block {
    if address.score == .zero { return .empty }
    let key = Key(score: address.score, type: address.type)
    let block = shard(of: address).withLock { $0.blocks.value(for: key) }
    guard let block else { throw .notInMemory }
    return try block.limited(by: address)
  }

  private func shard(of address: BlockAddress) -> Monitor<Shard> {
    shards[Int(address.score.words.2) % shards.count]
  }

  /// Finds a block, or who is loading it; if nobody is, the caller has to.
  private func look(for address: BlockAddress) -> Finding {
    let key = Key(score: address.score, type: address.type)
    return shard(of: address).withLock { shard in
      if let block = shard.blocks.value(for: key) { return .block(block) }
      if let load = shard.loads[address] { return .load(load) }
      let load = Load(nil)
      shard.loads[address] = load
      return .missing(load)
    }
  }

  private func wait(for load: Load, of address: BlockAddress) throws(BlockError) -> Block {
    let result = load.wait(until: .after(seconds: waitLimitSeconds)) { $0 }
    guard let result else {
      throw .timedOut(address.score, peer: "block cache", seconds: waitLimitSeconds)
    }
    return try result.get()
  }

  private func finish(
    _ load: Load, of address: BlockAddress, with result: Result<Block, BlockError>
  ) {
    let key = Key(score: address.score, type: address.type)
    shard(of: address).withLock { shard in
      shard.loads[address] = nil
      guard case .success(let block) = result else { return }
      shard.blocks.insert(block, for: key, cost: block.memoryCount + Self.overheadBytes)
    }
    load.update { $0 = result }
  }
}

/// A cache seen as a source that never waits.
private struct MemoryView: BlockSource {
  let cache: BlockCache

  func read(_ address: BlockAddress) throws(BlockError) -> Block {
    try cache.readFromMemory(address)
  }
}

/// A cache seen as a source that takes no hints.
private struct UnhurriedView: BlockSource {
  let cache: BlockCache

  func read(_ address: BlockAddress) throws(BlockError) -> Block {
    try cache.read(address)
  }
}

extension Block {
  /// The block, unless it is longer than its reader can use.
  public func limited(by address: BlockAddress) throws(BlockError) -> Block {
    guard count <= address.limit else {
      throw .tooLong(address.score, address.type, count: count, limit: address.limit)
    }
    return self
  }

  /// The block, unless it is not what `address` names.
  public func verified(as address: BlockAddress) throws(BlockError) -> Block {
    guard score == address.score else {
      throw .damaged(
        address.score, address.type, reason: "does not match its score: the data has \(score)")
    }
    return self
  }
}
