internal import Posix
internal import VentiCore

extension StoreEngine {
  /// Clumps that are put in line together at the start.
  private static let batchCount = 512

  /// Brings arenas and index together after a crash or another server; the threads must run.
  func recover() throws(StoreError) {
    let passed = try takeOverflow()
    let safe = try safeTails()
    for number in slots.indices {
      var tail = state.withLock { $0.arenas[number].tail }
      tail.indexed = passed[number] ?? tail.indexed
      if !tail.indexed.isSealed {
        try recover(number, tail, isSafe: safe.has(slots[number], tail))
      }
    }
  }

  private func recover(_ number: Int, _ tail: ArenaTail, isSafe: Bool) throws(StoreError) {
    let arena = slots[number].arena
    let recovery = ArenaRecovery(arena, tail: tail, isSafe: isSafe)
    var statistics = tail.indexed
    let count = tail.written.clumpCount - tail.indexed.clumpCount
    state.withLock { $0.unindexed.reserve(min(count, options.unindexedClumpLimit)) }
    var batch: [(clump: UnindexedClump, statistics: ArenaStatistics)] = []
    batch.reserveCapacity(Self.batchCount)
    try recovery.forEachUnindexed { clump, isSound throws(StoreError) in
      statistics.add(clump.info)
      statistics.isSealed = false
      if clump.position.number + 1 == tail.written.clumpCount {
        // Whatever the clumps add up to, the tail has the last word.
        statistics = tail.written
        statistics.isSealed = tail.indexed.isSealed
      }
      let found = UnindexedClump(
        clump.info, arena: number, address: address(of: clump.position, in: number),
        isSound: isSound)
      batch.append((found, statistics))
      if batch.count == Self.batchCount { try enter(&batch) }
    }
    try enter(&batch)
    let written = try recovery.forEachUncounted { found throws(StoreError) in
      try recovery.writeAgain(found)
      try enter { state in
        state.add(
          found.clump.info, content: nil, time: found.time, to: number,
          at: slots[number].address)
      }
    }
    try recovery.cutOff(after: written)
  }

  private func address(of position: ClumpPosition, in number: Int) -> UInt64 {
    UInt64(slots[number].address + position.offset)
  }

  /// Puts clumps in line for the index, as there is room for them.
  private func enter(
    _ clumps: inout [(clump: UnindexedClump, statistics: ArenaStatistics)]
  ) throws(StoreError) {
    var next = 0
    while next < clumps.count {
      try enter { state in
        let end = min(clumps.count, next + unindexedRoom(state))
        for (clump, statistics) in clumps[next..<end] {
          state.enterUnindexed(clump, upTo: statistics)
        }
        next = end
      }
    }
    clumps.removeAll(keepingCapacity: true)
  }

  /// Changes the state once there is room for one more clump.
  private func enter(_ change: (inout WriteState) -> Void) throws(StoreError) {
    let wakes = try state.wait { state throws(StoreError) -> Bool? in
      if let reason = state.failure { throw .inconsistent(place: "recovery", reason: reason) }
      guard hasRoom(state) else { return nil }
      let ready = readyThreadCount(state)
      change(&state)
      return readyThreadCount(state) > ready
    }
    if wakes == true { state.update { _ in } }
  }
}
