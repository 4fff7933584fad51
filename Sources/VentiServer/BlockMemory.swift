import Posix
import VentiCore

/// The blocks that clients asked for last, so that they cost no work when they are asked for again.
final class BlockMemory: Sendable {
  private struct Key: Hashable, Sendable {
    let score: Score
    let type: BlockType
  }

  private typealias Blocks = LeastRecentlyUsed<Key, Block>

  /// What a block costs beyond its bytes: table entries and the header of its memory.
  private static let overheadBytes = 160
  private static let shardLimit = 16

  let hits = Counter()
  let misses = Counter()

  // Scores are uniformly distributed, so any bits of them spread the blocks over the shards.
  private let shards: [Monitor<Blocks>]
  private let shardBytes: Int

  /// An empty memory of at most so many bytes.
  init(capacityBytes: Int) {
    let count = max(1, min(Self.shardLimit, capacityBytes >> 20))
    let bytes = max(0, capacityBytes / count)
    shardBytes = bytes
    shards = (0..<count).map { _ in Monitor(Blocks(capacity: bytes)) }
  }

  /// Bytes in use.
  var byteCount: Int { shards.reduce(0) { $0 + $1.withLock { $0.cost } } }

  /// Finds a block, which may be longer than its reader can use.
  func block(at address: BlockAddress) -> Block? {
    let key = Key(score: address.score, type: address.type)
    let block = shard(of: key).withLock { $0.value(for: key) }
    (block == nil ? misses : hits).add()
    return block
  }

  /// Keeps a block.
  func insert(_ block: Block, at address: BlockAddress) {
    let key = Key(score: address.score, type: address.type)
    shard(of: key).withLock {
      $0.insert(block, for: key, cost: block.memoryCount + Self.overheadBytes)
    }
  }

  /// Forgets all blocks.
  func removeAll() {
    for shard in shards { shard.withLock { $0 = Blocks(capacity: shardBytes) } }
  }

  private func shard(of key: Key) -> Monitor<Blocks> {
    shards[Int(key.score.words.2) % shards.count]
  }
}
