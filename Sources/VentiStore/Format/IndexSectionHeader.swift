public import VentiCore

/// The header of a section of the index, at offset 262144 of its partition.
///
/// | offset | type | field |
/// |---:|---|---|
/// | 0 | u32 | magic d15c5ec7 |
/// | 4 | u32 | version, 1 or 2 |
/// | 8 | name | name of the section |
/// | 72 | name | name of the index, empty until it is laid out |
/// | 136 | u32 | block size, which is the size of a bucket |
/// | 140 | u32 | base: offset of the first bucket |
/// | 144 | u32 | blocks: buckets that there is room for |
/// | 148 | u32 | start: first bucket of the section |
/// | 152 | u32 | stop: limit of its buckets |
/// | 156 | u32 | magic number of its buckets (version 2) |
public struct IndexSectionHeader: Equatable, Sendable {
  static let magic: UInt32 = 0xd15c_5ec7

  /// The name of the section.
  public let name: String
  /// The name of the index; empty until it is laid out.
  public var indexName: String
  /// Bytes of a bucket.
  public let blockSize: Int
  /// Offset of the first bucket.
  public let base: Int
  /// Buckets that there is room for.
  public let blockCount: Int
  /// The buckets of the section.
  public var buckets: Range<Int>
  /// What the buckets in use begin with; nil in version 1, where all of them are in use.
  public let bucketMagic: UInt32?

  /// Describes a section.
  public init(
    name: String, indexName: String, blockSize: Int, base: Int, blockCount: Int,
    buckets: Range<Int>, bucketMagic: UInt32?
  ) {
    self.name = name
    self.indexName = indexName
    self.blockSize = blockSize
    self.base = base
    self.blockCount = blockCount
    self.buckets = buckets
    self.bucketMagic = bucketMagic
  }

  /// Parses the header's 512 bytes.
  public init(parsing bytes: RawSpan) throws(FormatError) {
    var reader = ByteReader(bytes, of: "index section header")
    try reader.magic(Self.magic)
    let version = try reader.uint32()
    guard version == 1 || version == 2 else {
      throw reader.invalid(back: 4, found: "version \(version)", expected: "1 or 2")
    }
    name = try reader.name()
    indexName = try reader.name()
    blockSize = try reader.blockSize()
    base = try reader.count32()
    let tableOffset = PartitionLayout.tableOffset(blockSize: blockSize)
    guard base > tableOffset else {
      throw reader.invalid(back: 4, found: "base \(base)", expected: "more than \(tableOffset)")
    }
    blockCount = try reader.count32()
    buckets = try Self.buckets(room: blockCount, from: &reader)
    bucketMagic = version == 2 ? try reader.uint32() : nil
    guard bucketMagic != 0 else {
      throw reader.invalid(back: 4, found: "bucket magic 0", expected: "another")
    }
  }

  private static func buckets(
    room: Int, from reader: inout ByteReader
  ) throws(FormatError) -> Range<Int> {
    let start = try reader.count32()
    let stop = try reader.count32()
    guard start <= stop, stop - start <= room else {
      throw reader.invalid(
        back: 8, found: "buckets \(start) to \(stop)", expected: "a range of at most \(room)")
    }
    return start..<stop
  }

  /// Appends the header's 512 bytes.
  public func write(to writer: inout ByteWriter) {
    let end = writer.bytes.count + PartitionLayout.headerByteCount
    writer.uint32(Self.magic)
    writer.uint32(bucketMagic == nil ? 1 : 2)
    writer.name(name)
    writer.name(indexName)
    writer.uint32(UInt32(blockSize))
    writer.uint32(UInt32(base))
    writer.uint32(UInt32(blockCount))
    writer.uint32(UInt32(buckets.lowerBound))
    writer.uint32(UInt32(buckets.upperBound))
    if let bucketMagic { writer.uint32(bucketMagic) }
    writer.pad(to: end)
  }

  /// Offset of the text table, which ends at `base` at the latest.
  public var tableOffset: Int { PartitionLayout.tableOffset(blockSize: blockSize) }
}
