internal import VentiCore

/// How far something is true of an arena, which `OverflowList` and `SafeTails` keep for the next start.
///
/// | offset | type | field |
/// |---:|---|---|
/// | 0 | u64 | address of the arena |
/// | 8 | u32 | magic number of its clumps |
/// | 12 | | the five statistics, as in a tail |
struct ArenaProgress: Equatable {
  static let byteCount = 8 + 4 + 4 + 4 + 17

  /// Where the arena begins in the address space of the index.
  let address: UInt64
  /// What its clumps begin with: another number, and it is another arena.
  let magic: UInt32
  /// All clumps up to there.
  let reached: ArenaStatistics

  /// An arena with a tail, up to somewhere.
  init(_ slot: ArenaSlot, _ tail: ArenaTail, upTo reached: ArenaStatistics) {
    address = UInt64(slot.address)
    magic = tail.clumpMagic
    self.reached = reached
  }

  /// Reads what `write` has written.
  @_lifetime(reader: copy reader)
  init(parsing reader: inout ByteReader) throws(FormatError) {
    address = try reader.uint64()
    magic = try reader.uint32()
    let (clumpCount, compressedClumpCount) = (try reader.count32(), try reader.count32())
    reached = try reader.sizesAndSeal(
      clumpCount: clumpCount, compressedClumpCount: compressedClumpCount)
  }

  func write(to writer: inout ByteWriter) {
    writer.uint64(address)
    writer.uint32(magic)
    writer.uint32(UInt32(reached.clumpCount))
    writer.uint32(UInt32(reached.compressedClumpCount))
    writer.sizesAndSeal(reached)
  }

  /// Whether it is about the arena of a slot.
  func concerns(_ slot: ArenaSlot) -> Bool { address == UInt64(slot.address) }

  /// Whether an arena may have come so far: `tail` is its own, counts so much as written, and less as
  /// indexed.
  func goesBeyondIndexed(_ tail: ArenaTail) -> Bool {
    tail.clumpMagic == magic && tail.indexed.clumpCount < reached.clumpCount
      && reached.clumpCount <= tail.written.clumpCount
      && reached.compressedClumpCount <= tail.written.compressedClumpCount
      && reached.usedByteCount <= tail.written.usedByteCount
      && reached.blockByteCount <= tail.written.blockByteCount
  }
}
