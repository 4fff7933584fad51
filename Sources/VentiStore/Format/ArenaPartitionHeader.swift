public import VentiCore

/// The header of a partition that holds arenas, at offset 262144.
///
/// | offset | type | field |
/// |---:|---|---|
/// | 0 | u32 | magic a9e4a5e7 |
/// | 4 | u32 | version, 3 |
/// | 8 | u32 | block size |
/// | 12 | u32 | base: offset of the first arena |
/// | 16 | | zeros to 512 |
public struct ArenaPartitionHeader: Equatable, Sendable {
  static let magic: UInt32 = 0xa9e4_a5e7
  static let version: UInt32 = 3

  /// Bytes of a disk block.
  public let blockSize: Int
  /// Offset of the first arena.
  public let base: Int

  /// Describes a partition.
  public init(blockSize: Int, base: Int) {
    self.blockSize = blockSize
    self.base = base
  }

  /// Parses the header's 512 bytes.
  public init(parsing bytes: RawSpan) throws(FormatError) {
    var reader = ByteReader(bytes, of: "arena partition header")
    try reader.magic(Self.magic)
    let version = try reader.uint32()
    guard version == Self.version else {
      throw reader.invalid(back: 4, found: "version \(version)", expected: "\(Self.version)")
    }
    blockSize = try reader.blockSize()
    base = try reader.count32()
    let tableOffset = PartitionLayout.tableOffset(blockSize: blockSize)
    guard base > tableOffset else {
      throw reader.invalid(back: 4, found: "base \(base)", expected: "more than \(tableOffset)")
    }
  }

  /// Appends the header's 512 bytes.
  public func write(to writer: inout ByteWriter) {
    let end = writer.bytes.count + PartitionLayout.headerByteCount
    writer.uint32(Self.magic)
    writer.uint32(Self.version)
    writer.uint32(UInt32(blockSize))
    writer.uint32(UInt32(base))
    writer.pad(to: end)
  }

  /// Offset of the text table, which ends at `base` at the latest.
  public var tableOffset: Int { PartitionLayout.tableOffset(blockSize: blockSize) }
}

/// The text table of an arena partition: the arenas' names and ranges in it.
public struct ArenaTable: Equatable, Sendable {
  /// The arenas, in rising order.
  public let arenas: [NamedRange]

  /// Lists arenas.
  public init(arenas: [NamedRange]) {
    self.arenas = arenas
  }

  /// Parses the table's text, up to the first zero byte.
  public init(parsing bytes: [UInt8]) throws(FormatError) {
    var reader = TableReader(bytes, of: "arena table")
    arenas = try reader.map()
  }

  /// Appends the text, without padding.
  public func write(to writer: inout ByteWriter) {
    writer.map(arenas)
  }
}
