public import VentiCore

/// A clump's entry in the directory of its arena, which is bytes 4 to 28 of its header.
///
/// | offset | type | field |
/// |---:|---|---|
/// | 0 | u8 | type |
/// | 1 | u16 | size: bytes stored after the header |
/// | 3 | u16 | uncsize: bytes of the block |
/// | 5 | score | score of the block |
public struct ClumpInfo: Hashable, Sendable {
  /// Bytes of an entry.
  public static let byteCount = 25
  /// The most bytes of a block.
  public static let maximumSize = 57_344
  /// The type of a clump that is marked as damaged.
  public static let damagedTypeValue: UInt8 = 255

  /// The type as a number on disk.
  public let typeValue: UInt8
  /// Bytes stored after the header.
  public let storedSize: Int
  /// Bytes of the block.
  public let size: Int
  /// Score of the block.
  public let score: Score

  /// Describes a clump.
  public init(typeValue: UInt8, storedSize: Int, size: Int, score: Score) {
    self.typeValue = typeValue
    self.storedSize = storedSize
    self.size = size
    self.score = score
  }

  /// Parses an entry.
  public init(parsing bytes: RawSpan) throws(FormatError) {
    var reader = ByteReader(bytes, of: "clump directory entry")
    try self.init(parsing: &reader)
  }

  /// Parses an entry, in the directory or within a clump's header.
  ///
  /// - Throws: `FormatError.invalid` for sizes that no clump has, as in an entry that was never
  ///   written.
  @_lifetime(reader: copy reader)
  init(parsing reader: inout ByteReader) throws(FormatError) {
    typeValue = try reader.uint8()
    storedSize = try Int(reader.uint16())
    size = try Int(reader.uint16())
    guard (1...Self.maximumSize).contains(size), (1...size).contains(storedSize) else {
      throw reader.invalid(
        back: 4, found: "\(storedSize) bytes stored of \(size)",
        expected: "1 to \(Self.maximumSize), stored in no more")
    }
    score = try reader.score()
  }

  /// Appends the entry.
  public func write(to writer: inout ByteWriter) {
    writer.uint8(typeValue)
    writer.uint16(UInt16(storedSize))
    writer.uint16(UInt16(size))
    writer.score(score)
  }

  /// The type of the block; nil when the clump is marked as damaged.
  public var type: BlockType? { BlockType(wireValue: typeValue) }

  /// Whether the block is stored in fewer bytes than it has.
  public var isCompressed: Bool { storedSize < size }

  /// Bytes that the clump takes in the log, its header included.
  public var clumpByteCount: Int { ClumpHeader.byteCount + storedSize }
}
