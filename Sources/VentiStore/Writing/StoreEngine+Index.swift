internal import Posix
internal import VentiCore

extension StoreEngine {
  func runIndex() {
    attempt { () throws(StoreError) in try sealArenas() }
    while true {
      _ = state.wait(until: .after(seconds: options.indexIntervalSeconds)) { state in
        hasIndexWork(state) ? () : nil
      }
      let (isLast, hasFailed) = state.withLock { ($0.isClosing, $0.failure != nil) }
      if hasFailed { break }
      attempt { () throws(StoreError) in
        if !isLast || !leavesRest { try updateIndex(sealing: !isLast) }
        // However short the sessions, some arena gets its seal in each.
        if isLast, let number = nextToSeal() { try seal(number) }
      }
      if isLast { break }
    }
    state.update { $0.threads -= 1 }
  }

  /// Whether what is not indexed yet is so little that it can be left to the next opening.
  private var leavesRest: Bool {
    state.withLock { state in
      !state.indexing.isWaiting && state.waitingForIndex <= options.unindexedAtEndLimit
    }
  }

  func hasIndexWork(_ state: WriteState) -> Bool {
    state.indexing.isWaiting
      || isIndexDue(state) || state.failure != nil || state.isClosing
  }

  /// Waits until everything appended before is in the index.
  func flushIndex() throws(BlockError) {
    let request = state.update { $0.indexing.ask() }
    _ = try state.wait { state throws(BlockError) -> Void? in
      if state.indexing.done >= request { return () }
      if let failure = state.failure { throw .failed(reason: failure) }
      if state.threads < 2 { throw .failed(reason: "store is closed") }
      return nil
    }
  }

  /// Brings the index up to date with all that has been appended so far.
  private func updateIndex(sealing: Bool) throws(StoreError) {
    let request = state.withLock { $0.indexing.asked }
    try makeSafe()
    let clumps = state.withLock { state in
      state.unindexed.prefix(state.safeCount - state.unindexed.leftCount)
    }
    if !clumps.isEmpty {
      let entries = clumps.filter(\.isSound).map(\.entry)
      let overflow = try IndexWriter(index: index, buckets: buckets)
        .merge(Self.latest(of: entries))
      if let bloom {
        try bloom.insert(entries.map(\.score))
        try bloom.partition.sync()
      }
      state.update { $0.noteIndexed(clumps, overflow: overflow) }
      try keepOverflow()
      if !overflow.isEmpty { tellOfOverflow() }
    }
    if state.update({ $0.noteComplete() }) || !clumps.isEmpty { try makeSafe() }
    if sealing { try sealArenas() }
    state.update { $0.indexing.done = max($0.indexing.done, request) }
  }

  /// The entries in order, and of several for one block that with the highest address, which was
  /// appended last.
  private static func latest(of entries: [IndexEntry]) -> [IndexEntry] {
    var sorted = entries
    sorted.sortForBuckets()
    let next = sorted.dropFirst().map { BlockKey($0) as BlockKey? } + [nil]
    return zip(sorted, next).lazy.filter { BlockKey($0) != $1 }.map(\.0)
  }

  /// Has the log thread make safe what there is.
  private func makeSafe() throws(StoreError) {
    do throws(BlockError) {
      try sync()
    } catch {
      throw .inconsistent(place: "index", reason: "\(error)")
    }
  }

  /// Seals arenas that are full and indexed, until the store is closed.
  private func sealArenas() throws(StoreError) {
    while !state.withLock({ $0.isClosing }), let number = nextToSeal() { try seal(number) }
  }

  private func seal(_ number: Int) throws(StoreError) {
    let seal = try ArenaSeal.compute(of: slots[number].arena)
    try ArenaSeal.write(seal, to: slots[number].arena)
    state.update { $0.arenas[number].tail.seal = seal }
  }

  private func nextToSeal() -> Int? {
    state.withLock { state in
      state.arenas.firstIndex { arena in
        arena.tail.indexed.isSealed && arena.tail.seal == .none && !arena.isTailDirty
      }
    }
  }
}

extension WriteState {
  /// Counts clumps as indexed, as far as their arenas have no gap.
  ///
  /// The tail can only say "up to here". Those that their buckets have no room for stay in memory,
  /// and are found again at the next start: see `OverflowList`.
  fileprivate mutating func noteIndexed(_ clumps: [UnindexedClump], overflow: [IndexEntry]) {
    let left = Set(overflow.map(\.address))
    for clump in clumps {
      if clump.isSound, left.contains(clump.address) {
        arenas[clump.arena].isStuck = true
        keepOut(clump.entry)
      }
      arenas[clump.arena].pass(clump)
      if !arenas[clump.arena].isStuck {
        arenas[clump.arena].tail.indexed = arenas[clump.arena].passed
        arenas[clump.arena].isTailDirty = true
      }
    }
    unindexed.removeFirst(clumps.count)
  }

  /// Notes which arenas are full, and all indexed; returns whether there are such.
  fileprivate mutating func noteComplete() -> Bool {
    let complete = arenas.indices.filter(isComplete)
    for number in complete {
      arenas[number].tail.indexed.isSealed = true
      arenas[number].isTailDirty = true
    }
    return !complete.isEmpty
  }

  /// Whether an arena is full, and all of it indexed, but the tail does not say so.
  private func isComplete(_ number: Int) -> Bool {
    let tail = arenas[number].tail
    return tail.written.isSealed && !tail.indexed.isSealed
      && tail.indexed.clumpCount == tail.written.clumpCount
  }
}
