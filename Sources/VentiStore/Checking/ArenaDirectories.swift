internal import VentiCore

/// All that the directories of a store's arenas list.
///
/// What the tails say is read once: whatever a server appends meanwhile does not count.
struct ArenaDirectories: Sendable {
  private let addresses: AddressMap
  private let slots: [ArenaSlot]
  private let tails: [ArenaTail]

  /// Reads the tails of all arenas that a table names.
  ///
  /// - Throws: `StoreError` when one of them is not there, or its tail cannot be read.
  init(_ addresses: AddressMap) throws(StoreError) {
    if let problem = addresses.problems.first { throw problem }
    self.addresses = addresses
    slots = addresses.slots
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
          case .success(let clump) = result, tail.written.count(clump), clump.info.type != nil
        else { continue }
        let address = UInt64(slot.address + clump.position.offset)
        try body(IndexEntry(of: clump.info, address: address))
      }
    }
  }

  /// Whether the tail of its arena counts the clump at an address as indexed.
  func isIndexed(_ address: UInt64) -> Bool {
    guard let (number, offset) = addresses.arena(at: address) else { return false }
    return offset < tails[number].indexed.usedByteCount
  }

  /// Whether the clump at the address of an entry is counted, and says the same as the entry.
  func isGenuine(_ entry: IndexEntry) -> Bool {
    guard let (number, offset) = addresses.arena(at: entry.address),
      offset < tails[number].written.usedByteCount
    else { return false }
    return addresses.entry(at: entry.address, magic: tails[number].clumpMagic) == entry
  }
}
