package import Posix
package import VentiCore
import VentiWire

/// The writes of a client that are not known to be on stable storage.
///
/// Every write belongs to a batch. A sync ends the current batch and waits until no write of it,
/// or of an earlier one, is left. A write leaves when the connection that acknowledged it has
/// acknowledged a sync as well: on the same connection, so by the same run of the server. If the
/// connection is lost in between, the write goes out again on another.
package final class WriteLedger: Sendable {
  private struct State {
    var batch = 0
    /// The last batch that is wanted on stable storage now.
    var wanted = -1
    var bytes = 0
    var counts = BatchCounts()
    var failure: BlockError?
    /// Syncs that have begun and not ended.
    var syncs = 0

    mutating func settle(_ writes: some Sequence<WriteCall>) {
      for write in writes {
        bytes -= write.block.count
        counts.remove(write.batch)
      }
    }

    /// Ends the current batch.
    mutating func want() {
      wanted = batch
      batch += 1
    }
  }

  private let state = Monitor(State())
  private let limit: Int

  /// Makes an empty ledger that lets in `limit` bytes, or two blocks if that is more.
  ///
  /// With room for two blocks, whatever does not fit has a sync under way that makes room.
  package init(limit: Int) {
    self.limit = max(limit, 2 * WireLimits.blockByteCount)
  }

  /// Connections sync what they stored of this batch and those before it.
  var wantedBatch: Int { state.withLock { $0.wanted } }

  /// Enters a block, if there is room for it.
  ///
  /// - Returns: its batch, and whether a sync should begin now to make room; nil without room.
  /// - Throws: why an earlier write failed. A sync has to be told as well before writes go on.
  package func enter(
    _ count: Int, until deadline: Deadline?
  ) throws(BlockError) -> (batch: Int, wantsSync: Bool)? {
    try state.wait(until: deadline) { state throws(BlockError) in
      if let failure = state.failure { throw failure }
      guard state.bytes == 0 || state.bytes + count <= limit else { return nil }
      let batch = state.batch
      state.bytes += count
      state.counts.add(batch)
      // From half the room on a sync is always under way, so that a steady writer never waits
      // for the whole of it.
      let wantsSync = state.bytes > limit / 2 && !state.counts.hasAny(upTo: state.wanted)
      if wantsSync { state.want() }
      return (batch, wantsSync)
    }
  }

  /// Begins a sync: ends the current batch, to be synced now.
  ///
  /// - Returns: the batch, or nil when nothing at all is unsynced.
  package func beginSync() -> Int? {
    state.withLock { state in
      state.syncs += 1
      guard !state.counts.isEmpty else { return nil }
      state.want()
      return state.wanted
    }
  }

  /// Waits until everything up to `batch` has left.
  ///
  /// - Returns: false when the deadline came first.
  func wait(forBatch batch: Int, until deadline: Deadline) -> Bool {
    state.wait(until: deadline) { $0.counts.hasAny(upTo: batch) ? nil : true } ?? false
  }

  /// Ends a sync.
  ///
  /// - Returns: why a write failed. It is forgotten only when no other sync is under way, each of
  ///   which may be the one that the write belongs to.
  package func endSync() -> BlockError? {
    state.withLock { state in
      state.syncs -= 1
      defer { if state.syncs == 0 { state.failure = nil } }
      return state.failure
    }
  }

  /// Strikes out writes that are on stable storage.
  func settle(_ writes: some Sequence<WriteCall>) {
    state.update { $0.settle(writes) }
  }

  /// Strikes out writes that failed; the next write and the next sync say so.
  package func fail(_ writes: some Sequence<WriteCall>, with error: BlockError) {
    state.update { state in
      state.settle(writes)
      state.failure = state.failure ?? error
    }
  }
}
