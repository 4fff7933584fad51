public import VentiCore

/// Where a block is, as a bucket of the index says.
///
/// | offset | type | field |
/// |---:|---|---|
/// | 0 | score | score |
/// | 20 | | 6 bytes, 0 |
/// | 26 | u64 | address of the clump |
/// | 34 | u16 | bytes of the block |
/// | 36 | u8 | type |
/// | 37 | u8 | units of 512 bytes that the clump takes |
public struct IndexEntry: Equatable, Sendable {
  /// Bytes of an entry.
  public static let byteCount = 38
  /// The unit of `unitCount`.
  public static let unitByteCount = 512
  /// Offset of the type within an entry.
  static let typeOffset = 36

  /// Score of the block.
  public let score: Score
  /// The type as a number on disk.
  public let typeValue: UInt8
  /// How many units of 512 bytes hold the clump: a hint for the first read.
  public let unitCount: UInt8
  private let sizeField: UInt16
  /// Address of the clump in the index's address space.
  public let address: UInt64

  /// Bytes of the block.
  public var size: Int { Int(sizeField) }

  /// Describes the place of a block.
  public init(score: Score, typeValue: UInt8, address: UInt64, size: Int, unitCount: UInt8) {
    self.score = score
    self.typeValue = typeValue
    self.address = address
    sizeField = UInt16(clamping: size)
    self.unitCount = unitCount
  }

  /// The entry of a clump at `address`.
  public init(of info: ClumpInfo, address: UInt64) {
    let units = (info.clumpByteCount + Self.unitByteCount - 1) / Self.unitByteCount
    self.init(
      score: info.score, typeValue: info.typeValue, address: address, size: info.size,
      unitCount: UInt8(clamping: units))
  }

  /// Parses an entry; any 38 bytes are one.
  public init(parsing bytes: RawSpan) throws(FormatError) {
    var reader = ByteReader(bytes, of: "index entry")
    score = try reader.score()
    try reader.skip(6)
    address = try reader.uint64()
    sizeField = try reader.uint16()
    typeValue = try reader.uint8()
    unitCount = try reader.uint8()
  }

  /// Appends the entry.
  public func write(to writer: inout ByteWriter) {
    writer.score(score)
    writer.uint48(0)
    writer.uint64(address)
    writer.uint16(sizeField)
    writer.uint8(typeValue)
    writer.uint8(unitCount)
  }
}

extension IndexEntry: Comparable {
  /// The order of a bucket: by score, then by type.
  public static func < (left: IndexEntry, right: IndexEntry) -> Bool {
    (left.score, left.typeValue) < (right.score, right.typeValue)
  }
}
