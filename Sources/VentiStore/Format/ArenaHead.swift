public import VentiCore

/// The first block of an arena, written once, when the arena is formatted.
///
/// | offset | type | field |
/// |---:|---|---|
/// | 0 | u32 | magic d15c4ead |
/// | 4 | u32 | version, 4 or 5 |
/// | 8 | name | name of the arena |
/// | 72 | u32 | block size |
/// | 76 | u64 | length of the arena, head and tail included |
/// | 84 | u32 | magic number of its clumps (version 5) |
/// | | | zeros to the end of the block |
public struct ArenaHead: Equatable, Sendable {
  static let magic: UInt32 = 0xd15c_4ead

  /// The form of the arena.
  public let version: ArenaVersion
  /// The arena's name.
  public let name: String
  /// Bytes of a disk block.
  public let blockSize: Int
  /// Bytes of the arena, head and tail included.
  public let length: Int
  /// The first four bytes of each clump.
  public let clumpMagic: UInt32

  /// Describes an arena.
  public init(
    version: ArenaVersion, name: String, blockSize: Int, length: Int, clumpMagic: UInt32
  ) {
    self.version = version
    self.name = name
    self.blockSize = blockSize
    self.length = length
    self.clumpMagic = clumpMagic
  }

  /// Parses a head block.
  public init(parsing bytes: RawSpan) throws(FormatError) {
    var reader = ByteReader(bytes, of: "arena head")
    try reader.magic(Self.magic)
    version = try reader.arenaVersion()
    name = try reader.name()
    blockSize = try reader.blockSize()
    length = try reader.size64()
    clumpMagic = try reader.clumpMagic(of: version)
  }

  /// Appends the head, `blockSize` bytes.
  public func write(to writer: inout ByteWriter) {
    let end = writer.bytes.count + blockSize
    writer.uint32(Self.magic)
    writer.uint32(version.rawValue)
    writer.name(name)
    writer.uint32(UInt32(blockSize))
    writer.uint64(UInt64(length))
    if version == .five { writer.uint32(clumpMagic) }
    writer.pad(to: end)
  }
}
