internal import Posix
internal import VentiCore

/// What stands behind `Store`: two threads, and the state that they share with writers.
///
/// Writers compress what they append, or leave it to *packing threads*, which come as they are
/// needed: see `promise`.
///
/// The *log thread* takes clumps from memory to the arenas, and makes them safe. The *index
/// thread* takes what is safe to the index, and seals arenas that are all indexed. There is one
/// lock; nobody holds it during I/O.
///
/// What is safe when: clumps and directory entries are written, and their partitions synced; then
/// the tails that count them are written, and synced. So a tail never counts what is not there.
/// Index entries and bloom bits are written for safe clumps only, and synced, before a tail counts
/// these clumps as indexed. What a crash leaves beyond the tails is found again at the next start,
/// since every clump says what it is.
final class StoreEngine: Sendable {
  /// The most threads that pack: one for each processor.
  static let packingThreadLimit = Machine.processorCount

  let slots: [ArenaSlot]
  let index: Index
  let buckets: LiveBuckets
  let addresses: AddressMap
  let bloom: BloomBits?
  let options: WriteOptions
  let log: LogWriter
  let state: Monitor<WriteState>
  let packers = WorkerPool("venti pack", threads: packingThreadLimit)
  let encoders = Monitor([WhackEncoder]())

  init(
    slots: [ArenaSlot], tails: [ArenaTail], index: Index, addresses: AddressMap,
    bloom: BloomBits?, options: WriteOptions
  ) {
    self.slots = slots
    self.index = index
    buckets = LiveBuckets(of: index)
    self.addresses = addresses
    self.bloom = bloom
    self.options = options
    log = LogWriter(arenas: slots.map(\.arena))
    state = Monitor(WriteState(tails))
  }

  /// Starts the threads; false when the system has no room for them.
  func start() -> Bool {
    state.withLock { $0.threads = 2 }
    let hasLog = Thread.start("venti log") { self.runLog() }
    let hasIndex = hasLog && Thread.start("venti index") { self.runIndex() }
    guard hasIndex else {
      state.update { state in
        state.threads = hasLog ? 1 : 0
        state.isClosing = true
      }
      return false
    }
    return true
  }

  /// Has the threads finish their work and end.
  func stop() {
    state.update { $0.isClosing = true }
  }

  /// Waits until the threads have ended.
  func waitForEnd() throws(StoreEngine.Failure) {
    let failure = state.wait { state -> String?? in
      state.threads == 0 ? .some(state.failure) : nil
    }
    if case .some(.some(let reason)) = failure { throw Failure(reason: reason) }
  }

  /// Why the engine stopped.
  struct Failure: Error {
    let reason: String
  }

  /// Whether the log thread has something to do now.
  private func hasLogWork(_ state: WriteState) -> Bool {
    state.sync.isWaiting || isLogDue(state)
      || state.failure != nil || (state.isClosing && state.threads == 1)
  }

  private func runLog() {
    while true {
      _ = state.wait(until: .after(seconds: options.syncIntervalSeconds)) { state in
        hasLogWork(state) ? () : nil
      }
      let (isAsked, isDirty, isLast, hasFailed) = state.withLock { state in
        (
          state.sync.isWaiting, state.isDirty, state.isClosing && state.threads == 1,
          state.failure != nil
        )
      }
      if hasFailed { break }
      let isFull = state.withLock { isLogDue($0) }
      attempt { () throws(StoreError) in
        if isFull && !isAsked && !isLast {
          try writeOut()
        } else if isAsked || isDirty {
          try commit()
        }
      }
      if isLast { break }
    }
    state.update { $0.threads -= 1 }
  }

  /// Runs a part of a thread's work.
  ///
  /// After an error the store takes no more writes: what the system still holds of those before is
  /// unknown.
  func attempt(_ body: () throws(StoreError) -> Void) {
    do throws(StoreError) {
      try body()
    } catch {
      let reason = "store takes no more writes: \(error)"
      let isFirst = state.update { state in
        defer { state.failure = state.failure ?? reason }
        return state.failure == nil
      }
      if isFirst { options.failure(reason) }
    }
  }
}
