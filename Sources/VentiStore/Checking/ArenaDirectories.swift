internal import VentiCore

/// All that the directories of a store's arenas list.
///
/// What the tails say is read once: whatever a server appends meanwhile does not count.
struct ArenaDirectories: Sendable {
  let slots: [ArenaSlot]
  private let tails: [ArenaTail]

  /// Reads the tails of arenas, which are in the order of their addresses.
  init(slots: [ArenaSlot]) throws(StoreError) {
    self.slots = slots
    var tails: [ArenaTail] = []
    for slot in slots { tails.append(try slot.arena.tail()) }
    self.tails = tails
  }

  /// Clumps in all arenas.
  var clumpCount: Int { tails.reduce(0) { $0 + $1.written.clumpCount } }

  /// Calls `body` with what the index says of each clump, or should, arena by arena; clumps that are
  /// marked as damaged are left out.
  func visit(_ body: (IndexEntry) throws(StoreError) -> Void) throws(StoreError) {
    for (slot, tail) in zip(slots, tails) {
      var walk = ClumpWalk(
        slot.arena, magic: tail.clumpMagic, counted: tail.written, from: .first)
      while let result = walk.next() {
        guard
          case .success(let clump) = result,
          clump.position.number < tail.written.clumpCount, clump.info.type != nil
        else { continue }
        let address = UInt64(slot.address + clump.position.offset)
        try body(IndexEntry(of: clump.info, address: address))
      }
    }
  }

  /// Whether the tail of its arena counts the clump at an address as indexed.
  func isIndexed(_ address: UInt64) -> Bool {
    guard let place = place(of: address) else { return false }
    return place.offset < tails[place.number].indexed.usedByteCount
  }

  /// Whether the clump at the address of an entry is counted, and says the same as the entry.
  func isGenuine(_ entry: IndexEntry) -> Bool {
    guard let (number, offset) = place(of: entry.address),
      offset < tails[number].written.usedByteCount,
      let header = try? slots[number].arena.clumpHeader(
        at: offset, magic: tails[number].clumpMagic)
    else { return false }
    return IndexEntry(of: header.info, address: entry.address) == entry
  }

  /// The number of the arena that has an address, and the offset in its data area.
  private func place(of address: UInt64) -> (number: Int, offset: Int)? {
    guard let address = Int(exactly: address) else { return nil }
    var (low, high) = (0, slots.count)
    while low < high {
      let middle = (low + high) / 2
      if slots[middle].address <= address { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return nil }
    return (low - 1, address - slots[low - 1].address)
  }
}
