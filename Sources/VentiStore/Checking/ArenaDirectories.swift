internal import VentiCore

/// All that the directories of a store's arenas list.
struct ArenaDirectories: Sendable {
  /// A clump that can be found.
  struct Element: Sendable {
    /// What the index says of it, or should.
    let entry: IndexEntry
    /// Whether the tail of its arena counts it as indexed.
    let isIndexed: Bool
  }

  let slots: [ArenaSlot]

  /// Clumps in all arenas.
  func clumpCount() throws(StoreError) -> Int {
    var count = 0
    for slot in slots { count += try slot.arena.tail().written.clumpCount }
    return count
  }

  /// Calls `body` with each clump, arena by arena; those that are marked as damaged are left out.
  func visit(_ body: (Element) throws(StoreError) -> Void) throws(StoreError) {
    for slot in slots {
      let tail = try slot.arena.tail()
      var walk = ClumpWalk(
        slot.arena, magic: tail.clumpMagic, counted: tail.written, from: .first)
      while let result = walk.next() {
        guard
          case .success(let clump) = result,
          clump.position.number < tail.written.clumpCount, clump.info.type != nil
        else { continue }
        let address = UInt64(slot.address + clump.position.offset)
        try body(
          Element(
            entry: IndexEntry(of: clump.info, address: address),
            isIndexed: clump.position.number < tail.indexed.clumpCount))
      }
    }
  }
}
