internal import VentiCore

/// Clumps on their way to the index, in the order of the log, and found by their blocks.
///
/// They are numbered since the start. A hash table has the numbers of those that can be found: 5 to 11
/// bytes a clump, where a dictionary would have all of it a second time.
package struct UnindexedClumps: Sendable {
  /// Numbers go round after so many: there are fewer in line.
  private static let numberLimit = Int(UInt32.max)
  private static let leastSlotCount = 64

  private var clumps: [UnindexedClump] = []
  /// How many have left the line, which is the number of the first.
  package private(set) var leftCount: Int

  /// Linear probing: one more than the number of a clump in each, 0 where there is none.
  private var slots = [UInt32](repeating: 0, count: leastSlotCount)
  private var foundCount = 0
  /// Bits of a score are random, but whoever chooses blocks chooses them: so which of them matter is
  /// another thing in each run.
  private let multiplier = UInt64.random(in: .min ... .max) | 1

  /// - Parameter leftCount: how many have been in line before.
  package init(leftCount: Int = 0) {
    self.leftCount = leftCount
  }

  /// Clumps in line.
  package var count: Int { clumps.count }

  /// How many have been in line.
  package var enteredCount: Int { leftCount + clumps.count }

  /// Makes room for more.
  package mutating func reserve(_ more: Int) {
    clumps.reserveCapacity(clumps.count + more)
    var slotCount = slots.count
    while Self.isFull(slotCount, with: foundCount + more) { slotCount *= 2 }
    if slotCount > slots.count { resize(to: slotCount) }
  }

  /// Puts a clump in line; of several for one block, the last is found.
  package mutating func append(_ clump: UnindexedClump) {
    clumps.append(clump)
    guard clump.isSound else { return }
    if Self.isFull(slots.count, with: foundCount + 1) { resize(to: 2 * slots.count) }
    let slot = slot(of: BlockKey(clump))
    if slots[slot] == 0 { foundCount += 1 }
    slots[slot] = mark(clumps.count - 1)
  }

  /// The clumps at the head of the line.
  package func prefix(_ count: Int) -> [UnindexedClump] { Array(clumps.prefix(count)) }

  /// Takes clumps off the head of the line.
  package mutating func removeFirst(_ count: Int) {
    for place in 0..<count where clumps[place].isSound {
      let slot = slot(of: BlockKey(clumps[place]))
      if slots[slot] == mark(place) { clear(slot) }
    }
    clumps.removeFirst(count)
    leftCount += count
  }

  /// The clump of a block.
  package subscript(key: BlockKey) -> UnindexedClump? {
    let slot = slot(of: key)
    return slots[slot] == 0 ? nil : clumps[place(slots[slot])]
  }

  /// Has the clump of a block not be found any more.
  package mutating func hide(_ key: BlockKey) {
    let slot = slot(of: key)
    if slots[slot] != 0 { clear(slot) }
  }

  // MARK: - Slots

  /// The slot of a block, or the one that it would get.
  private func slot(of key: BlockKey) -> Int {
    var slot = firstSlot(of: key.score)
    while slots[slot] != 0, !clumps[place(slots[slot])].holds(key) { slot = next(slot) }
    return slot
  }

  private func firstSlot(of score: Score) -> Int {
    let (high, middle, _) = score.words
    let bits = slots.count.trailingZeroBitCount
    return Int(((high ^ middle) &* multiplier) >> UInt64(UInt64.bitWidth - bits))
  }

  private func next(_ slot: Int) -> Int { (slot + 1) & (slots.count - 1) }

  /// What stands for the clump at a place in line.
  private func mark(_ place: Int) -> UInt32 {
    UInt32((leftCount + place) % Self.numberLimit) + 1
  }

  private func place(_ mark: UInt32) -> Int {
    let place = Int(mark) - 1 - leftCount % Self.numberLimit
    return place < 0 ? place + Self.numberLimit : place
  }

  /// Empties a slot, and moves back those after it that would not be found otherwise.
  private mutating func clear(_ slot: Int) {
    var hole = slot
    var next = next(slot)
    while slots[next] != 0 {
      let first = firstSlot(of: clumps[place(slots[next])].score)
      let mask = slots.count - 1
      if (next - first) & mask >= (next - hole) & mask {
        slots[hole] = slots[next]
        hole = next
      }
      next = self.next(next)
    }
    slots[hole] = 0
    foundCount -= 1
  }

  private static func isFull(_ slotCount: Int, with count: Int) -> Bool {
    4 * count > 3 * slotCount
  }

  private mutating func resize(to slotCount: Int) {
    let marks = slots
    slots = [UInt32](repeating: 0, count: slotCount)
    for mark in marks where mark != 0 {
      slots[slot(of: BlockKey(clumps[place(mark)]))] = mark
    }
  }
}

extension BlockKey {
  fileprivate init(_ clump: UnindexedClump) {
    self.init(score: clump.score, typeValue: clump.typeValue)
  }
}
