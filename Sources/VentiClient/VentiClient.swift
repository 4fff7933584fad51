import Posix
public import VentiCore
public import VentiWire

/// A venti server on the network, as a store.
///
/// Many calls are in flight at once, over a few connections that are opened as needed and
/// opened again when they are lost. Every block is checked against its score as it comes in.
/// Every read ends by its deadline, with a block or with an error that names server and score.
///
/// Writes go out behind the caller's back: `write` returns once the block is queued, and `sync`
/// waits for all of them. What was not synced when a connection was lost is sent again, also
/// what the server had acknowledged: it may have been restarted.
///
/// Safe to use from many threads; they must be plain threads, not event loops.
public final class VentiClient: BlockStore, BlockFetcher {
  private let pool: ConnectionPool
  private let options: ClientOptions

  private init(_ pool: ConnectionPool, _ options: ClientOptions) {
    self.pool = pool
    self.options = options
  }

  deinit {
    pool.close()
  }

  /// Connects to a server.
  ///
  /// - Throws: `BlockError.unreachable` that says why: no such host, refused, not a venti server.
  public static func connect(
    to dial: DialString, options: ClientOptions = ClientOptions()
  ) throws(BlockError) -> VentiClient {
    let client = VentiClient(ConnectionPool(dial, options: options), options)
    try client.pool.open()
    return client
  }

  /// The server, as messages name it.
  public var name: String { pool.name }

  /// Reads a block, reconnecting where that helps, for as long as a call may take.
  public func read(_ address: BlockAddress) throws(BlockError) -> Block {
    if address.score == .zero { return .empty }
    let waiter = Waiter<Block>()
    let deadline = Deadline.after(seconds: options.callSeconds)
    pool.submit([
      .read(ReadCall(address: address, deadline: deadline) { waiter.deliver($0) })
    ])
    // The pool gives up at the deadline, or a little later, and says why.
    let late = BlockError.timedOut(address.score, peer: name, seconds: options.callSeconds)
    return try waiter.wait(until: graceful(options.callSeconds), late: late)
  }

  /// Begins to read blocks; no thread waits for them.
  public func fetch(_ addresses: [BlockAddress], deliver: @escaping BlockDelivery) {
    let deadline = Deadline.after(seconds: options.callSeconds)
    var calls: [Call] = []
    calls.reserveCapacity(addresses.count)
    for address in addresses {
      if address.score == .zero {
        deliver(address, .success(.empty))
        continue
      }
      calls.append(
        .read(ReadCall(address: address, deadline: deadline) { deliver(address, $0) }))
    }
    pool.submit(calls)
  }

  /// Queues a block, waiting while too much is not synced.
  public func write(_ block: Block, type: BlockType, score: Score) throws(BlockError) {
    if block.count == 0 { return }
    guard block.count <= WireLimits.blockByteCount else { throw .tooLarge }
    let batch = try enter(block.count)
    pool.submit([.write(WriteCall(block: block, type: type, score: score, batch: batch))])
  }

  /// Waits for room in the ledger.
  ///
  /// With none, a sync of what is stored makes some.
  private func enter(_ count: Int) throws(BlockError) -> Int {
    let limit = Deadline.after(seconds: options.callSeconds)
    guard let (batch, wantsSync) = try pool.ledger.enter(count, until: limit) else {
      throw .timedOut(nil, peer: name, seconds: options.callSeconds)
    }
    if wantsSync { pool.syncIfWanted() }
    return batch
  }

  /// Waits until the server has everything on stable storage.
  public func sync() throws(BlockError) {
    let batch = pool.ledger.beginSync()
    let isDone = batch.map { settle(upTo: $0) } ?? true
    if let failure = pool.ledger.endSync() { throw failure }
    guard isDone else { throw .timedOut(nil, peer: name, seconds: options.syncSeconds) }
    if batch == nil { try syncOthers() }
  }

  /// Waits until everything up to `batch` is on stable storage, or has failed; false when the
  /// server took too long.
  private func settle(upTo batch: Int) -> Bool {
    pool.syncIfWanted()
    return pool.ledger.wait(forBatch: batch, until: .after(seconds: options.syncSeconds))
  }

  /// Syncs what others may have written.
  private func syncOthers() throws(BlockError) {
    let waiter = Waiter<Void>()
    let deadline = Deadline.after(seconds: options.syncSeconds)
    pool.submit([.sync(SyncCall(deadline: deadline) { waiter.deliver($0) })])
    let late = BlockError.timedOut(nil, peer: name, seconds: options.syncSeconds)
    try waiter.wait(until: graceful(options.syncSeconds), late: late)
  }

  /// A little after the deadline at which an event loop gives up.
  private func graceful(_ seconds: Double) -> Deadline {
    .after(seconds: seconds + min(0.5, seconds / 2))
  }
}
