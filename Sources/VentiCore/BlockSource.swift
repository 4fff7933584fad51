/// What to read: a block's identity, and how long it may be.
public struct BlockAddress: Hashable, Sendable {
  /// The name of the block.
  public let score: Score
  /// What the block holds; with the score, its identity.
  public let type: BlockType
  /// The most bytes that the reader can use; a longer block is an error.
  public let limit: Int

  /// Names a block.
  public init(_ score: Score, _ type: BlockType, limit: Int) {
    self.score = score
    self.type = type
    self.limit = limit
  }
}

/// Something that blocks can be read from: a disk, a network, a cache, a test.
///
/// Whatever comes back has been checked against its score, once, as it entered the process.
/// Implementations are safe to use from many threads.
public protocol BlockSource: Sendable {
  /// Reads a block, waiting for it as long as the source's deadline allows.
  ///
  /// The zero score is answered with an empty block.
  func read(_ address: BlockAddress) throws(BlockError) -> Block

  /// Reads a block if that takes no waiting, neither for a disk nor for a network; nil if it
  /// may, or fails.
  ///
  /// What an event loop may call.
  func readAtOnce(_ address: BlockAddress) -> Block?

  /// Says that these blocks will be read soon; returns at once.
  ///
  /// A hint: a source that keeps nothing ignores it.
  func prefetch(_ addresses: [BlockAddress])
}

extension BlockSource {
  /// Knows of nothing that takes no waiting.
  public func readAtOnce(_ address: BlockAddress) -> Block? { nil }

  /// Ignores the hint.
  public func prefetch(_ addresses: [BlockAddress]) {}
}

/// A source that can read many blocks at once without a thread for each: what a cache reads from.
public protocol BlockFetcher: BlockSource {
  /// Begins to read blocks, and returns without waiting for them.
  ///
  /// `deliver` is called once for each address, on any thread, in any order, before the
  /// source's deadline; it must not block. It may be called before `fetch` returns.
  func fetch(_ addresses: [BlockAddress], deliver: @escaping BlockDelivery)
}

/// Takes one result of `BlockFetcher.fetch`.
public typealias BlockDelivery = @Sendable (BlockAddress, Result<Block, BlockError>) -> Void

/// A source that takes blocks as well.
public protocol BlockStore: BlockSource {
  /// Stores a block of 1 to 57344 bytes.
  ///
  /// The score is trusted, so that a block is hashed once on its way in. That is safe because it
  /// never comes from outside: whoever calls this has just computed it from these bytes, which
  /// cannot change, and every later read checks it.
  ///
  /// Return does not mean that the block is safe: that is what `sync` promises. An error of an
  /// earlier write may be thrown by a later one, or by `sync`. An empty block is not stored; its
  /// score is the zero score.
  func write(_ block: Block, type: BlockType, score: Score) throws(BlockError)

  /// Stores a block as `write`, and says whether it was stored: false if the store is known to have had it.
  ///
  /// A server is given each block, and does not say whether it kept it.
  func writeUnlessKnown(_ block: Block, type: BlockType, score: Score) throws(BlockError) -> Bool

  /// Stores a block if that takes no waiting; false if it may, or fails, and nothing is stored.
  ///
  /// What an event loop may call. The score is trusted as that of `write`.
  func writeAtOnce(_ block: Block, type: BlockType, score: Score) -> Bool

  /// Whether the store has a block, as far as its lists say: the block itself is not read.
  ///
  /// Nil where only reading the block would tell, as from a server.
  func contains(_ score: Score, _ type: BlockType) -> Bool?

  /// Returns once everything written before survives a power cut.
  func sync() throws(BlockError)
}

extension BlockStore {
  /// Does not ask whether the store has the block.
  public func writeUnlessKnown(
    _ block: Block, type: BlockType, score: Score
  ) throws(BlockError) -> Bool {
    try write(block, type: type, score: score)
    return true
  }

  /// Knows of nothing that takes no waiting.
  public func writeAtOnce(_ block: Block, type: BlockType, score: Score) -> Bool { false }

  /// Keeps no lists.
  public func contains(_ score: Score, _ type: BlockType) -> Bool? { nil }

  /// Stores a block, and returns its score.
  @discardableResult
  public func write(_ block: Block, type: BlockType) throws(BlockError) -> Score {
    let score = block.score
    try write(block, type: type, score: score)
    return score
  }
}

/// Why a block could not be read or stored.
public enum BlockError: Error, Sendable, Equatable {
  /// The store has no such block.
  case notFound(Score, BlockType)
  /// The block is there, longer than the reader asked for.
  case tooLong(Score, BlockType, count: Int, limit: Int)
  /// The block is there, and is not what its score says, or cannot be read.
  case damaged(Score, BlockType, reason: String)
  /// Nothing in memory, and the reader did not want to wait.
  case notInMemory
  /// No answer in time; `peer` is the server or the device.
  case timedOut(Score?, peer: String, seconds: Double)
  /// The connection failed, or could not be made.
  case unreachable(peer: String, reason: String)
  /// The peer answered with an error of its own.
  case refused(peer: String, reason: String)
  /// The block cannot be stored: its size or type is not allowed.
  case unacceptable(reason: String)
  /// The store takes no writes.
  case readOnly
  /// The store has no room left.
  case full(reason: String)
  /// The store can no longer be written, or read at all, after this failure.
  case failed(reason: String)
}

extension BlockError: CustomStringConvertible {
  /// One line for people.
  public var description: String {
    switch self {
    case .notFound(let score, let type):
      "no block with score \(score)/\(type) exists"
    case .tooLong(let score, let type, let count, let limit):
      "block \(score)/\(type): \(count) bytes, at most \(limit) expected"
    case .damaged(let score, let type, let reason):
      "block \(score)/\(type): \(reason)"
    case .notInMemory:
      "block not in memory"
    case .timedOut(let score, let peer, let seconds):
      "\(peer): no answer in \(seconds) s" + (score.map { " for block \($0)" } ?? "")
    case .unreachable(let peer, let reason), .refused(let peer, let reason):
      "\(peer): \(reason)"
    case .unacceptable(let reason):
      reason
    case .readOnly:
      "store is read-only"
    case .full(let reason), .failed(let reason):
      reason
    }
  }
}
