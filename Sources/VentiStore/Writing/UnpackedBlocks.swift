internal import VentiCore

/// Blocks that are promised to their writers, and not compressed yet: they have no place in the log.
///
/// Numbered in the order in which they came. Several threads take them away, a batch each, and say
/// when they are done; until then readers and writers of the same block find it here.
struct UnpackedBlocks: Sendable {
  /// Blocks that one thread compresses.
  struct Batch: Sendable {
    /// The number of the first of them.
    let number: Int
    let blocks: [(key: BlockKey, block: Block)]
  }

  /// The most bytes of a batch, but for its last block: so much work is worth waking a thread for.
  static let batchByteCount = 128 << 10
  /// What a block takes in memory beside its bytes.
  private static let overheadByteCount = WriteOptions.unindexedClumpByteCount

  /// Bytes of memory.
  private(set) var byteCount = 0
  /// Bytes of those that no thread has taken.
  private(set) var waitingByteCount = 0
  /// What they take in an arena if none of them can be compressed.
  private(set) var room = ArenaRoom()

  private var blocks: [BlockKey: Block] = [:]
  private var waiting: [BlockKey] = []
  private var takenCount = 0
  private var numbersInWork: Set<Int> = []

  var count: Int { blocks.count }
  var isEmpty: Bool { blocks.isEmpty }

  /// How many there have been so far.
  var promisedCount: Int { takenCount + waiting.count }

  /// Finds a block.
  subscript(key: BlockKey) -> Block? { blocks[key] }

  /// Whether the first so many blocks are all in the log.
  func arePacked(_ count: Int) -> Bool {
    takenCount >= count && !numbersInWork.contains { $0 < count }
  }

  /// Adds a block that is not there.
  mutating func add(_ block: Block, of key: BlockKey) {
    blocks[key] = block
    waiting.append(key)
    byteCount += block.count + Self.overheadByteCount
    waitingByteCount += block.count + Self.overheadByteCount
    room.add(storedSize: block.count)
  }

  /// Takes the blocks that came first; nil when none of the first so many waits.
  mutating func takeBatch(ofFirst limit: Int = .max) -> Batch? {
    guard takenCount < limit else { return nil }
    var taken: [(BlockKey, Block)] = []
    var bytes = 0
    for key in waiting {
      guard bytes < Self.batchByteCount, let block = blocks[key] else { break }
      taken.append((key, block))
      bytes += block.count + Self.overheadByteCount
    }
    guard !taken.isEmpty else { return nil }
    let number = takenCount
    numbersInWork.insert(number)
    waiting.removeFirst(taken.count)
    takenCount += taken.count
    waitingByteCount -= bytes
    return Batch(number: number, blocks: taken)
  }

  /// Lets go of a batch, which is in the log.
  mutating func remove(_ batch: Batch) {
    numbersInWork.remove(batch.number)
    for (key, block) in batch.blocks {
      blocks[key] = nil
      byteCount -= block.count + Self.overheadByteCount
      room.remove(storedSize: block.count)
    }
  }
}
