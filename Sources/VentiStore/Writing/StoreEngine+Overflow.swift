internal import Posix
internal import VentiCore

extension StoreEngine {
  /// Keeps for the next start which clumps full buckets have no room for, once all others before and
  /// after them are safe in the index.
  func keepOverflow() throws(StoreError) {
    let (stuck, entries) = state.withLock { ($0.stuckArenas(slots), $0.overflow) }
    guard !stuck.isEmpty, OverflowList.hasRoom(arenas: stuck.count, addresses: entries.count),
      let section = index.sections.first ?? nil,
      let fingerprint = try index.fingerprint(of: entries)
    else { return }
    let list = OverflowList(
      arenas: stuck, addresses: entries.map(\.address), fingerprint: fingerprint)
    guard list != state.withLock({ $0.keptOverflow }) else { return }
    try list.write(to: section.partition)
    state.withLock { $0.keptOverflow = list }
  }

  /// Takes over what an earlier run kept, as far as it still holds.
  ///
  /// - Returns: by number of the arena, what of it need not be indexed again.
  func takeOverflow() throws(StoreError) -> [Int: ArenaStatistics] {
    guard let section = index.sections.first ?? nil,
      let list = try OverflowList(section.partition),
      let entries = try list.entries(in: index, addresses)
    else { return [:] }
    state.withLock { $0.take(list.arenas, slots) { slot in entries.filter { slot.holds($0) } } }
    if state.withLock({ !$0.overflow.isEmpty }) { tellOfOverflow() }
    return state.withLock { state in
      let stuck = state.arenas.indices.filter { state.arenas[$0].isStuck }
      return Dictionary(uniqueKeysWithValues: stuck.map { ($0, state.arenas[$0].passed) })
    }
  }

  func tellOfOverflow() {
    let count = state.withLock { $0.overflow.count }
    options.notice("\(index.hasNoRoom(for: count)); until then they are kept in memory")
  }
}

extension WriteState {
  /// How far arenas with a gap are indexed.
  fileprivate func stuckArenas(_ slots: [ArenaSlot]) -> [ArenaProgress] {
    zip(slots, arenas).filter { $1.isStuck }.map { slot, arena in
      ArenaProgress(slot, arena.tail, upTo: arena.passed)
    }
  }

  /// Takes over how far arenas are indexed, and the clumps of theirs that are not.
  fileprivate mutating func take(
    _ list: [ArenaProgress], _ slots: [ArenaSlot],
    _ entries: (ArenaSlot) -> [IndexEntry]
  ) {
    for progress in list {
      guard let number = slots.firstIndex(where: progress.concerns),
        progress.goesBeyondIndexed(arenas[number].tail)
      else { continue }
      arenas[number].pass(upTo: progress.reached)
      for entry in entries(slots[number]) { keepOut(entry) }
    }
  }

  /// Notes that a full bucket keeps a clump out of the index.
  mutating func keepOut(_ entry: IndexEntry) {
    overflow.append(entry)
    overflowPlaces[BlockKey(entry)] = entry
  }
}

extension ArenaSlot {
  /// Whether an entry points to a clump of the arena.
  func holds(_ entry: IndexEntry) -> Bool {
    (address..<address + arena.geometry.size).contains(Int(entry.address))
  }
}
