/// The root of an archive: the block that its score names.
///
/// 300 bytes, stored whole as type 16:
///
/// | offset | size | field |
/// |---:|---:|---|
/// | 0 | 2 | version 2; bit 15 set: `blockSize` in float form |
/// | 2 | 128 | `name`, NUL padded |
/// | 130 | 128 | `type`, NUL padded: `vac`, `file` |
/// | 258 | 20 | `score` of a directory block |
/// | 278 | 2 | `blockSize` |
/// | 280 | 20 | `previous` root, or zero bytes |
///
/// Source: venti(7), and VtRoot in plan9port's libventi.
public struct Root: Hashable, Sendable {
  /// Bytes of a root.
  public static let byteCount = 300

  /// The name given to the archive, up to the first NUL; plan9port's vac leaves it empty.
  public var name: [UInt8]
  /// What kind of tree it is: `vac`.
  public var type: [UInt8]
  /// The top directory block.
  public var score: Score
  /// Bytes of that block, and of blocks in general.
  public var blockSize: Int
  /// The archive that this one was compared with, or `Score.none`.
  public var previous: Score

  /// Describes an archive.
  ///
  /// - Precondition: `name` and `type` have at most 127 bytes and no NUL.
  public init(
    name: [UInt8] = [], type: [UInt8], score: Score, blockSize: Int, previous: Score = .none
  ) {
    precondition(max(name.count, type.count) <= Self.textByteCount)
    self.name = name
    self.type = type
    self.score = score
    self.blockSize = blockSize
    self.previous = previous
  }

  private static let version: UInt16 = 2
  private static let bigSizes: UInt16 = 0x8000
  private static let fieldByteCount = 128
  private static let textByteCount = 127

  /// Reads the 300 bytes of a root block.
  public init(parsing bytes: RawSpan) throws(FormatError) {
    var reader = ByteReader(bytes, of: "root")
    let version = try reader.uint16()
    guard version & ~Self.bigSizes == Self.version else {
      throw reader.invalid(back: 2, found: "version \(version)", expected: "version 2")
    }
    name = try Self.text(&reader)
    type = try Self.text(&reader)
    score = try reader.score()
    blockSize = try BlockSize.decode(reader.uint16(), isBig: version & Self.bigSizes != 0)
    guard Entry.blockSizes.contains(blockSize) else {
      throw reader.invalid(
        back: 2, found: "block size \(blockSize)", expected: "\(Entry.blockSizes)")
    }
    previous = try reader.score()
    guard reader.remaining == 0 else {
      throw reader.invalid(found: "\(reader.remaining) more bytes", expected: "the end")
    }
  }

  @_lifetime(reader: copy reader)
  private static func text(_ reader: inout ByteReader) throws(FormatError) -> [UInt8] {
    let field = try reader.array(fieldByteCount)
    return Array(field.prefix(textByteCount).prefix { $0 != 0 })
  }

  /// Appends the 300 bytes of the root.
  public func write(to writer: inout ByteWriter) {
    let isBig = blockSize > UInt16.max
    let start = writer.bytes.count
    writer.uint16(Self.version | (isBig ? Self.bigSizes : 0))
    writer.raw(name)
    writer.pad(to: start + 2 + Self.fieldByteCount)
    writer.raw(type)
    writer.pad(to: start + 2 + 2 * Self.fieldByteCount)
    writer.score(score)
    writer.uint16(BlockSize.encode(blockSize, isBig: isBig))
    writer.score(previous)
  }
}
