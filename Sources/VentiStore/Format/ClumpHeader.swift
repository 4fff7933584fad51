public import VentiCore

/// What stands before the stored bytes of each block in an arena.
///
/// | offset | type | field |
/// |---:|---|---|
/// | 0 | u32 | magic number of the arena's clumps |
/// | 4 | | type, size, uncsize and score, as in `ClumpInfo` |
/// | 29 | u8 | encoding: 1 plain, 2 whack |
/// | 30 | u32 | creator, 0 |
/// | 34 | u32 | time of writing |
public struct ClumpHeader: Equatable, Sendable {
  /// Bytes of a header.
  public static let byteCount = 38

  /// How a block is stored.
  public enum Encoding: UInt8, Sendable {
    /// As it is.
    case plain = 1
    /// Compressed.
    case whack = 2
  }

  /// The magic number of the arena's clumps.
  public let magic: UInt32
  /// What the directory says of the clump as well.
  public let info: ClumpInfo
  /// How the block is stored.
  public let encoding: Encoding
  /// Always 0 so far.
  public let creator: UInt32
  /// When the clump was written, in seconds since 1970.
  public let time: UInt32

  /// Describes a clump.
  public init(
    magic: UInt32, info: ClumpInfo, encoding: Encoding, creator: UInt32 = 0, time: UInt32
  ) {
    self.magic = magic
    self.info = info
    self.encoding = encoding
    self.creator = creator
    self.time = time
  }

  /// Parses a header with whatever magic number it has.
  public init(parsing bytes: RawSpan) throws(FormatError) {
    var reader = ByteReader(bytes, of: "clump header")
    magic = try reader.uint32()
    info = try ClumpInfo(parsing: &reader)
    let value = try reader.uint8()
    guard let encoding = Encoding(rawValue: value), info.isCompressed == (encoding == .whack)
    else {
      throw reader.invalid(
        back: 1, found: "encoding \(value) of \(info.size) bytes in \(info.storedSize)",
        expected: "1 where they are the same, 2 where it is less")
    }
    self.encoding = encoding
    creator = try reader.uint32()
    time = try reader.uint32()
  }

  /// Parses the header of a clump in an arena whose clumps begin with `magic`.
  public init(parsing bytes: RawSpan, magic expected: UInt32) throws(FormatError) {
    var reader = ByteReader(bytes, of: "clump header")
    try reader.magic(expected)
    try self.init(parsing: bytes)
  }

  /// Appends the header.
  public func write(to writer: inout ByteWriter) {
    writer.uint32(magic)
    info.write(to: &writer)
    writer.uint8(encoding.rawValue)
    writer.uint32(creator)
    writer.uint32(time)
  }
}
