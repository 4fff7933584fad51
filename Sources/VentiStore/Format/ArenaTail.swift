public import VentiCore

/// The last block of an arena: what it holds, and how much of that is indexed.
///
/// | version 5 | version 4 | type | field |
/// |---:|---:|---|---|
/// | 0 | 0 | u32 | magic f2a14ead |
/// | 4 | 4 | u32 | version, 4 or 5 |
/// | 8 | 8 | name | name of the arena |
/// | 72 | 72 | u32 | clumps, compressed clumps (u32 each) that are indexed |
/// | 80 | 80 | u32 | time of the first clump, time of the last one |
/// | 88 | | u32 | magic number of the clumps |
/// | 92 | 88 | u64 | used, uncsize (u64 each) that are indexed |
/// | 108 | 104 | u8 | sealed |
/// | 109 | 105 | u8 | 1 when the following fields are there, else 0 |
/// | 110 | 106 | | the five statistics again, of all clumps that are written |
/// | bs - 20 | bs - 20 | score | seal of the arena, zeros until it is summed |
///
/// The second set is left out while it equals the first.
public struct ArenaTail: Equatable, Sendable {
  static let magic: UInt32 = 0xf2a1_4ead

  /// The form of the arena.
  public var version: ArenaVersion
  /// The arena's name.
  public var name: String
  /// When the first clump was written, in seconds since 1970; 0 while there is none.
  public var firstWriteTime: UInt32
  /// When the last clump was written.
  public var lastWriteTime: UInt32
  /// The first four bytes of each clump.
  public var clumpMagic: UInt32
  /// The clumps whose index entries are on disk ("disk stats").
  public var indexed: ArenaStatistics
  /// The clumps in the arena and its directory ("mem stats"); never less than `indexed`.
  public var written: ArenaStatistics
  /// SHA-1 of the arena; `Score.none` until it is sealed and summed.
  public var seal: Score

  /// The tail of an arena without clumps.
  public init(version: ArenaVersion, name: String, clumpMagic: UInt32) {
    self.version = version
    self.name = name
    self.clumpMagic = clumpMagic
    firstWriteTime = 0
    lastWriteTime = 0
    indexed = .empty
    written = .empty
    seal = .none
  }

  /// Parses a whole tail block.
  public init(parsing bytes: RawSpan) throws(FormatError) {
    var reader = ByteReader(bytes, of: "arena tail")
    try reader.magic(Self.magic)
    version = try reader.arenaVersion()
    name = try reader.name()
    let clumps = try reader.count32()
    let compressed = try reader.count32()
    firstWriteTime = try reader.uint32()
    lastWriteTime = try reader.uint32()
    clumpMagic = try reader.clumpMagic(of: version)
    indexed = try reader.sizesAndSeal(clumpCount: clumps, compressedClumpCount: compressed)
    written = try Self.written(after: indexed, from: &reader)
    try reader.skip(max(0, reader.remaining - Score.byteCount))
    seal = try reader.score()
  }

  /// Reads the statistics of all that is written, which are those of `indexed` where none stand.
  private static func written(
    after indexed: ArenaStatistics, from reader: inout ByteReader
  ) throws(FormatError) -> ArenaStatistics {
    let mark = try reader.uint8()
    guard mark == 1 else {
      guard mark == 0 else {
        throw reader.invalid(back: 1, found: "extension \(mark)", expected: "0 or 1")
      }
      return indexed
    }
    let clumps = try reader.count32()
    let compressed = try reader.count32()
    var written = try reader.sizesAndSeal(
      clumpCount: clumps, compressedClumpCount: compressed)
    // plan9port's mirrorarenas counts nothing as written in an arena that it has not copied a seal of;
    // what is indexed was written.
    if written == .empty { return indexed }
    // Old servers left a stale extension in arenas that are sealed for good.
    if indexed.isSealed { written.isSealed = true }
    guard
      indexed.clumpCount <= written.clumpCount, indexed.usedByteCount <= written.usedByteCount
    else {
      throw reader.invalid(
        back: 25, found: "\(written.clumpCount) clumps in \(written.usedByteCount) bytes",
        expected: "no less than the \(indexed.clumpCount) in \(indexed.usedByteCount) bytes "
          + "that are indexed")
    }
    return written
  }

  /// Appends the tail, `blockSize` bytes.
  public func write(to writer: inout ByteWriter, blockSize: Int) {
    let end = writer.bytes.count + blockSize
    writer.uint32(Self.magic)
    writer.uint32(version.rawValue)
    writer.name(name)
    writer.uint32(UInt32(indexed.clumpCount))
    writer.uint32(UInt32(indexed.compressedClumpCount))
    writer.uint32(firstWriteTime)
    writer.uint32(lastWriteTime)
    if version == .five { writer.uint32(clumpMagic) }
    writer.sizesAndSeal(indexed)
    if written != indexed {
      writer.uint8(1)
      writer.uint32(UInt32(written.clumpCount))
      writer.uint32(UInt32(written.compressedClumpCount))
      writer.sizesAndSeal(written)
    }
    writer.pad(to: end - Score.byteCount)
    writer.score(seal)
  }
}
