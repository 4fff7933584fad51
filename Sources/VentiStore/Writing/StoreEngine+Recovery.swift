internal import Posix
internal import VentiCore

extension StoreEngine {
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
    state.withLock { $0.reserveUnindexed(min(count, options.unindexedClumpLimit)) }
    try recovery.forEachUnindexed { found throws(StoreError) in
      statistics.add(found.clump.info)
      statistics.isSealed = false
      if found.clump.position.number + 1 == tail.written.clumpCount {
        // Whatever the clumps add up to, the tail has the last word.
        statistics = tail.written
        statistics.isSealed = tail.indexed.isSealed
      }
      let entry = IndexEntry(
        of: found.clump.info, address: address(of: found.clump.position, in: number))
      try enter { state in
        state.enterUnindexed(
          found.isSound ? entry : nil, content: nil, of: number, after: statistics)
      }
    }
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
