internal import Posix
internal import VentiCore

/// What full buckets have no room for, as somebody sees it who only reads the store: with it, what lies
/// behind the first of these blocks need not be searched.
///
/// A writer may put another list in place of this one at any moment. Each says what is so, and goes on
/// being so for as long as the index is not made anew: what was in a bucket stays there. So a list that
/// is torn, or does not count just now, takes nothing away from what an earlier one said; and a look
/// into the index after the list was read has all that the list says is there.
final class OverflowReader: Sendable {
  /// What a list says of an arena.
  struct LeftOut: Sendable {
    /// Where the clumps begin of which it says nothing.
    var end: ClumpPosition
    /// Where the blocks before that are which the index does not have.
    var places: [BlockKey: ClumpTable.Place]
  }

  private struct State: Sendable {
    /// What stands before the list that was looked at last, whether it counts or not.
    var score: Score?
    /// The last list that counted, and its blocks.
    var list: OverflowList?
    var entries: [IndexEntry] = []
  }

  private let index: Index
  private let addresses: AddressMap
  private let state = Monitor(State())

  init(_ index: Index, _ addresses: AddressMap) {
    self.index = index
    self.addresses = addresses
  }

  /// What the index lacks of an arena, before some clump behind those that its tail counts as indexed;
  /// nil when nobody says.
  func leftOut(of slot: ArenaSlot, _ tail: ArenaTail) -> LeftOut? {
    guard tail.indexed.clumpCount < tail.written.clumpCount else { return nil }
    readAgain()
    return state.withLock { state in
      let progress = state.list?.arenas.first { UInt64(slot.address) == $0.address }
      guard let progress, tail.agrees(with: progress) else { return nil }
      let places = state.entries.filter { slot.holds($0) }.map { entry in
        (
          BlockKey(entry),
          ClumpTable.Place(
            offset: Int(entry.address) - slot.address,
            byteCountHint: Int(entry.unitCount) * IndexEntry.unitByteCount)
        )
      }
      return LeftOut(
        end: ClumpPosition(after: progress.indexed),
        places: Dictionary(places) { first, _ in first })
    }
  }

  /// Reads the list if it is another one than last time.
  private func readAgain() {
    guard let partition = index.sections.first??.partition,
      let score = try? OverflowList.score(in: partition),
      score != state.withLock({ $0.score }),
      let list = try? OverflowList(partition)
    else { return }
    let entries = try? list.entries(in: index, addresses)
    state.withLock { state in
      state.score = score
      if let entries { (state.list, state.entries) = (list, entries) }
    }
  }
}
