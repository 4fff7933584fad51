internal import Posix
internal import VentiCore

/// Which arenas are as this program left them: every clump that their tails count is safe.
///
/// The tail of another server may have reached the disk before what it counts, so that a start looks
/// at the header of each clump that is not indexed yet: see `CountedClumps`. Ours never does. So
/// whoever leaves many clumps unindexed says which tails are ours, and the next start need not look.
///
/// It stands in the blank of the index's first section. A tail that says anything else was written
/// since; a list that is lost or torn costs time at the next start, and nothing else.
///
/// | offset | type | field |
/// |---:|---|---|
/// | 0 | u64 | magic `vacfs st` |
/// | 8 | u32 | bytes of the body |
/// | 12 | score | score of the body |
/// | 32 | | arenas: u64 address, u32 magic of clumps, then as in a tail: u32 clumps, u32 compressed ones, sizes and seal |
struct SafeTails: Equatable {
  /// The arenas.
  var arenas: [OverflowList.Progress]

  /// After whatever begins a disk (labels, tables of partitions) and before the overflow list.
  private static let offset = 28672
  private static let byteCount = 4096
  private static let headerByteCount = 32
  private static let magic: UInt64 = 0x7661_6366_7320_7374
  /// More arenas than this are hardly ever left with clumps that are not indexed.
  private static let arenaLimit = (byteCount - headerByteCount) / OverflowList.Progress.byteCount

  /// Lists arenas, as many as there is room for.
  init(_ arenas: [OverflowList.Progress]) {
    self.arenas = Array(arenas.prefix(Self.arenaLimit))
  }

  /// Writes the list, which need not be safe.
  func write(to partition: any Partition) throws(StoreError) {
    var body = ByteWriter()
    for arena in arenas { arena.write(to: &body) }
    var writer = ByteWriter()
    writer.uint64(Self.magic)
    writer.uint32(UInt32(body.bytes.count))
    writer.score(body.withBytes { Score(of: $0) })
    writer.raw(body.bytes)
    try partition.write(writer, at: Self.offset)
  }

  /// Reads the list that a partition holds; nil when it holds none.
  init?(_ partition: any Partition) throws(StoreError) {
    let block = try partition.read(Self.byteCount, at: Self.offset)
    guard let list = try? Self(parsing: block.bytes) else { return nil }
    self = list
  }

  private init(parsing bytes: RawSpan) throws(FormatError) {
    var reader = ByteReader(bytes, of: "list of safe tails")
    try reader.magic(UInt32(Self.magic >> 32))
    try reader.magic(UInt32(truncatingIfNeeded: Self.magic))
    let count = try reader.count32()
    let score = try reader.score()
    let body = try reader.span(count)
    guard Score(of: body) == score else {
      throw reader.invalid(found: "another list", expected: "that of score \(score)")
    }
    reader = ByteReader(body, of: "list of safe tails")
    arenas = []
    while reader.remaining > 0 {
      arenas.append(try OverflowList.Progress(parsing: &reader))
    }
  }

  /// Whether all is safe that the tail of an arena counts.
  func has(_ slot: ArenaSlot, _ tail: ArenaTail) -> Bool {
    arenas.contains(OverflowList.Progress(slot, tail))
  }
}

extension OverflowList.Progress {
  /// An arena as far as its tail counts clumps.
  fileprivate init(_ slot: ArenaSlot, _ tail: ArenaTail) {
    self.init(address: UInt64(slot.address), magic: tail.clumpMagic, indexed: tail.written)
  }
}

extension StoreEngine {
  /// Says for the next start which arenas with clumps that are not indexed are ours.
  ///
  /// To be called once everything is safe, and the threads have ended.
  func keepSafeTails() {
    let tails = state.withLock { $0.arenas.map(\.tail) }
    let left = zip(slots, tails).filter { $1.indexed.clumpCount < $1.written.clumpCount }
    guard !left.isEmpty, let section = index.sections.first ?? nil else { return }
    // What cannot be kept costs time at the next start, and nothing else.
    try? SafeTails(left.map { OverflowList.Progress($0, $1) }).write(to: section.partition)
  }

  /// What an earlier run has said so of.
  func safeTails() throws(StoreError) -> SafeTails {
    guard let section = index.sections.first ?? nil, let kept = try SafeTails(section.partition)
    else { return SafeTails([]) }
    return kept
  }
}
