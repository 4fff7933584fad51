internal import Posix
public import SystemPackage
public import VentiCore

/// A store in files or on disks of this machine, for reading and writing.
///
/// Blocks are scored on the threads of those who write them, compressed there or on threads of the
/// store's own, and appended to one log. `write` returns when the block is in memory; `sync` when
/// everything before it survives a power cut. The index follows in the background; what it lacks is in
/// memory, and found again after a crash. `StoreEngine` says in which order things reach the disk.
///
/// After an error of the disk a store takes no more writes, and can still be read.
public final class Store: BlockStore, BlockFetcher {
  /// Threads that `fetch` uses.
  private static let fetchThreadCount = 4
  /// Blocks that may wait for those threads.
  private static let fetchQueueLimit = 4096

  /// The arenas, in the order in which they are filled.
  public let arenas: [Arena]
  /// The index.
  public let index: Index

  private let engine: StoreEngine
  private let log = LogFollower()
  private let inMemory: InMemoryReader?
  private let fallback: ReadOnlyStore
  private let pool = WorkerPool("store", threads: fetchThreadCount, queueLimit: fetchQueueLimit)
  private let lock: StoreLock?

  /// Opens a store by its configuration, or by the directory that holds a `venti.conf`.
  ///
  /// - Parameters:
  ///   - progress: called while an index or bloom filter is made anew, with the clumps that have
  ///     been looked at, and how many there are.
  /// - Throws: `StoreError.locked` when another process writes to the store.
  public convenience init(
    opening path: FilePath, options: WriteOptions? = nil,
    progress: (@Sendable (_ done: Int, _ total: Int) -> Void)? = nil
  ) throws(StoreError) {
    try self.init(StoreConfiguration(contentsOf: path), options: options, progress: progress)
  }

  /// Opens the store that a configuration describes.
  ///
  /// - Throws: `StoreError.locked` when another process writes to the store.
  public convenience init(
    _ configuration: StoreConfiguration, options: WriteOptions? = nil,
    progress: (@Sendable (_ done: Int, _ total: Int) -> Void)? = nil
  ) throws(StoreError) {
    let lock = try StoreLock(configuration)
    try self.init(
      StoreParts(configuration, for: .readWrite),
      options: options ?? WriteOptions(configuration), lock: lock, progress: progress)
  }

  /// Opens a store by its parts, which nobody else writes to.
  public convenience init(
    _ parts: StoreParts, options: WriteOptions = WriteOptions(),
    progress: (@Sendable (_ done: Int, _ total: Int) -> Void)? = nil
  ) throws(StoreError) {
    try self.init(parts, options: options, lock: nil, progress: progress)
  }

  private init(
    _ parts: StoreParts, options: WriteOptions, lock: StoreLock?,
    progress: (@Sendable (_ done: Int, _ total: Int) -> Void)?
  ) throws(StoreError) {
    let opened = try StoreOpening(parts: parts, notice: options.notice, progress: progress).open()
    var tails: [ArenaTail] = []
    for slot in opened.slots { tails.append(try slot.arena.tail()) }
    engine = StoreEngine(
      slots: opened.slots, tails: tails, index: opened.index, addresses: opened.addresses,
      bloom: opened.bloom, options: options)
    fallback = try ReadOnlyStore(
      partitions: opened.partitions, indexName: parts.indexName, sections: opened.sections)
    arenas = opened.slots.map(\.arena)
    index = opened.index
    inMemory = InMemoryReader(
      index: index, arenas: arenas, bloom: opened.bloom, log: log, buckets: engine.buckets)
    self.lock = lock
    try IndexWriter(index: index).recover(through: opened.addresses)
    guard engine.start() else {
      throw .inconsistent(place: "store", reason: "the system has no room for threads")
    }
    do throws(StoreError) {
      try engine.recover()
    } catch {
      engine.stop()
      throw error
    }
  }

  deinit {
    engine.stop()
  }

  /// Reads a block on the thread of the caller, and checks it against its score.
  public func read(_ address: BlockAddress) throws(BlockError) -> Block {
    if address.score == .zero { return .empty }
    if let block = engine.readPending(address, following: log) ?? log.block(address) {
      return try block.limited(by: address)
    }
    var search = BlockSearch(address, following: log)
    if let block = readIndexed(&search) { return try block.limited(by: address) }
    // All that is stored is in the index or pending, unless something is wrong with the index.
    guard search.isAstray else { throw search.error }
    return try fallback.read(address)
  }

  /// Reads a block that is in memory, the store's or the system's.
  public func readAtOnce(_ address: BlockAddress) -> Block? {
    guard let inMemory, address.score != .zero else { return nil }
    let block = engine.readPending(address, through: inMemory) ?? inMemory.read(address)
    return block.flatMap { try? $0.limited(by: address) }
  }

  private func readIndexed(_ search: inout BlockSearch) -> Block? {
    do throws(StoreError) {
      let entries = try engine.buckets.entries(
        for: search.address.score, search.address.type)
      return search.read(entries, through: engine.addresses)
    } catch {
      search.note(gap: error)
      return nil
    }
  }

  /// Reads blocks on a few threads of the store's own.
  ///
  /// Once many blocks wait, the caller's thread reads the next one itself.
  public func fetch(_ addresses: [BlockAddress], deliver: @escaping BlockDelivery) {
    for address in addresses {
      let job = { @Sendable in
        deliver(address, Result { () throws(BlockError) in try self.read(address) })
      }
      if !pool.submit(job) { job() }
    }
  }

  /// Stores a block, unless the store has it.
  ///
  /// - Throws: `BlockError.full` when there is no room, `failed` after an error of the disk.
  public func write(_ block: Block, type: BlockType, score: Score) throws(BlockError) {
    _ = try writeUnlessKnown(block, type: type, score: score)
  }

  /// Stores a block, unless the store has it; says whether it was stored.
  ///
  /// - Throws: as `write`.
  public func writeUnlessKnown(
    _ block: Block, type: BlockType, score: Score
  ) throws(BlockError) -> Bool {
    guard block.count > 0 else { return false }
    guard block.count <= ClumpInfo.maximumSize else {
      throw .unacceptable(
        reason: "lump too large: \(block.count) bytes, at most \(ClumpInfo.maximumSize) expected")
    }
    let key = BlockKey(score, type)
    if engine.contains(key, type) { return false }
    try engine.append(engine.compressed(block), of: key, size: block.count)
    return true
  }

  /// Stores a block if nothing has to be waited for: the index is in memory, and there is room for
  /// the block until it is compressed, which is left to other threads, and written.
  public func writeAtOnce(_ block: Block, type: BlockType, score: Score) -> Bool {
    guard let inMemory, (1...ClumpInfo.maximumSize).contains(block.count) else { return false }
    let key = BlockKey(score, type)
    guard let isThere = engine.contains(key, type, in: inMemory) else { return false }
    return isThere || engine.promise(block, of: key)
  }

  /// Whether the index, or what is still to be indexed, has a block, and the block's header stands where
  /// they say.
  public func contains(_ score: Score, _ type: BlockType) -> Bool? {
    score == .zero || engine.contains(BlockKey(score, type), type)
  }

  /// Returns once everything written before survives a power cut.
  public func sync() throws(BlockError) {
    try engine.sync()
  }

  /// Why the store takes no more writes; nil as long as it does.
  public var failure: String? { engine.state.withLock { $0.failure } }

  /// Returns once everything written before is in the index, and arenas that are full are sealed.
  public func flushIndex() throws(BlockError) {
    try engine.flushIndex()
  }

  /// Makes everything safe, brings the index up to date as far as `WriteOptions` asks, and ends.
  ///
  /// - Throws: `BlockError.failed` when something could not be written, now or before.
  public func close() throws(BlockError) {
    engine.stop()
    do throws(StoreEngine.Failure) {
      try engine.waitForEnd()
    } catch {
      throw .failed(reason: error.reason)
    }
    engine.keepSafeTails()
  }
}
