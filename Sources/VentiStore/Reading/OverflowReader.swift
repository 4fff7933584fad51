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
  /// What the index lacks of an arena, before some clump behind those that its tail counts as indexed.
  struct LeftOut: Sendable {
    /// Where the clumps begin of which nothing is said.
    var end: ClumpPosition
    /// Where the blocks before that are which the index does not have.
    var places: [BlockKey: ClumpTable.Place]
  }

  /// What a list says of an arena.
  private struct Part: Sendable {
    let progress: ArenaProgress
    let places: [BlockKey: ClumpTable.Place]
  }

  private struct State: Sendable {
    /// What stands before the list that was looked at last, whether it counts or not.
    var score: Score?
    /// The last list that counted, by the addresses of its arenas.
    var parts: [UInt64: Part] = [:]
  }

  private let index: Index
  private let addresses: AddressMap
  private let state = Monitor(State())

  init(_ index: Index, _ addresses: AddressMap) {
    self.index = index
    self.addresses = addresses
  }

  /// What the index lacks of an arena; nil when nobody says.
  func leftOut(of slot: ArenaSlot, _ tail: ArenaTail) -> LeftOut? {
    guard tail.indexed.clumpCount < tail.written.clumpCount else { return nil }
    readAgain()
    guard let part = state.withLock({ $0.parts[UInt64(slot.address)] }),
      part.progress.goesBeyondIndexed(tail)
    else { return nil }
    return LeftOut(end: ClumpPosition(after: part.progress.reached), places: part.places)
  }

  /// Reads the list if it is another one than last time.
  private func readAgain() {
    guard let partition = index.sections.first??.partition,
      let score = try? OverflowList.score(in: partition),
      score != state.withLock({ $0.score }),
      let list = try? OverflowList(partition)
    else { return }
    let parts = (try? list.entries(in: index, addresses)).map { self.parts(of: list, $0) }
    state.withLock { state in
      state.score = score
      if let parts { state.parts = parts }
    }
  }

  private func parts(of list: OverflowList, _ entries: [IndexEntry]) -> [UInt64: Part] {
    let slots = addresses.slots
    var parts: [UInt64: Part] = [:]
    for progress in list.arenas {
      guard let slot = slots.first(where: progress.concerns) else { continue }
      let places = entries.filter { slot.holds($0) }.map { entry in
        (
          BlockKey(entry),
          ClumpTable.Place(
            offset: Int(entry.address) - slot.address,
            byteCountHint: Int(entry.unitCount) * IndexEntry.unitByteCount)
        )
      }
      parts[progress.address] = Part(
        progress: progress, places: Dictionary(places) { first, _ in first })
    }
    return parts
  }
}
