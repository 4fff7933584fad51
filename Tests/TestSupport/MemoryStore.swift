import Synchronization
public import VentiCore

/// A store in memory, which counts what it is asked and can be told to fail.
public final class MemoryStore: BlockStore, BlockFetcher {
  private struct Key: Hashable {
    let score: Score
    let type: BlockType
  }

  private struct State {
    var blocks: [Key: Block] = [:]
    var faults: [Score: BlockError] = [:]
    var reads = 0
    var fetches = 0
    var writes = 0
    var syncs = 0
    var failingCall: Int?

    func checkCall() throws(BlockError) {
      if writes + syncs == failingCall { throw .failed(reason: "told to fail") }
    }
  }

  private let state = Mutex(State())

  /// Makes an empty store.
  public init() {}

  /// Blocks read one by one.
  public var readCount: Int { state.withLock { $0.reads } }
  /// Blocks asked for together.
  public var fetchCount: Int { state.withLock { $0.fetches } }
  /// Blocks written, those that were there before included.
  public var writeCount: Int { state.withLock { $0.writes } }
  /// Syncs asked for.
  public var syncCount: Int { state.withLock { $0.syncs } }

  /// From now on one write or sync fails: the one before which there were so many in all.
  public func fail(atCall number: Int?) {
    state.withLock { $0.failingCall = number }
  }

  /// Distinct blocks in the store.
  public var count: Int { state.withLock { $0.blocks.count } }

  /// From now on reading a block fails; nil ends that.
  public func fail(_ score: Score, with error: BlockError?) {
    state.withLock { $0.faults[score] = error }
  }

  /// Forgets a block.
  public func remove(_ score: Score, _ type: BlockType) {
    state.withLock { $0.blocks[Key(score: score, type: type)] = nil }
  }

  /// Reads one block.
  public func read(_ address: BlockAddress) throws(BlockError) -> Block {
    state.withLock { $0.reads += 1 }
    return try find(address)
  }

  /// Delivers every block before it returns.
  public func fetch(_ addresses: [BlockAddress], deliver: @escaping BlockDelivery) {
    state.withLock { $0.fetches += addresses.count }
    for address in addresses {
      deliver(address, Result { () throws(BlockError) in try find(address) })
    }
  }

  /// Keeps a block.
  public func write(_ block: Block, type: BlockType, score: Score) throws(BlockError) {
    guard block.count > 0 else { return }
    precondition(score == block.score, "a score that is not the block's")
    try state.withLock { state throws(BlockError) in
      defer { state.writes += 1 }
      try state.checkCall()
      state.blocks[Key(score: score, type: type)] = block
    }
  }

  /// Whether it has a block.
  public func contains(_ score: Score, _ type: BlockType) -> Bool? {
    state.withLock { $0.blocks[Key(score: score, type: type)] != nil }
  }

  /// Does nothing: memory survives no power cut.
  public func sync() throws(BlockError) {
    try state.withLock { state throws(BlockError) in
      defer { state.syncs += 1 }
      try state.checkCall()
    }
  }

  private func find(_ address: BlockAddress) throws(BlockError) -> Block {
    if address.score == .zero { return .empty }
    let key = Key(score: address.score, type: address.type)
    let (block, fault) = state.withLock { ($0.blocks[key], $0.faults[address.score]) }
    if let fault { throw fault }
    guard let block else { throw .notFound(address.score, address.type) }
    return try block.limited(by: address)
  }
}
