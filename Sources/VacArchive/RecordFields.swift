internal import VentiCore

/// A record as it lies in a block: numbers, and where its texts are.
///
/// | field | size | versions |
/// |---|---:|---|
/// | magic 1c4d9072 | 4 | all |
/// | version | 2 | 7, 8, 9 |
/// | name | 2 + n | all |
/// | `slot` | 4 | all |
/// | `generation` | 4 | 9 |
/// | `metadataSlot` (mentry) | 4 | 9; before, `slot` + 1 |
/// | `metadataGeneration` (mgen) | 4 | 9 |
/// | `qid` | 8 | all |
/// | an obsolete score | 20 | 7 |
/// | owner, group, last modifier | 2 + n each | all |
/// | modification time, count; change time, access time | 4 each | all |
/// | `mode` | 4 | all |
/// | options: kind 1, length 2, data | | all |
///
/// Source: vac(7) has nothing of this; vdunpack in plan9port's vac/pack.c.
struct RecordFields {
  static let magic: UInt32 = 0x1c4d_9072
  /// The least that a record can have.
  static let headerByteCount = 8
  /// Where the name begins, in every version.
  static let nameOffset = 8

  /// Slots of a record at the most: those of its streams, and that of its attributes.
  static let slotCount = 3

  static let optionHeaderByteCount = 3

  enum OptionKind {
    static let sourceQid: UInt8 = 1
    static let qidSpace: UInt8 = 3
    static let generation: UInt8 = 4
  }

  let version: UInt16
  private(set) var name = 0..<0
  private(set) var slot: UInt32 = 0
  private(set) var generation: UInt32 = 0
  private(set) var metadataSlot = 0
  private(set) var metadataGeneration: UInt32 = 0
  private(set) var qid: UInt64 = 0
  private(set) var owner = 0..<0
  private(set) var group = 0..<0
  private(set) var modifier = 0..<0
  private(set) var modified: UInt32 = 0
  private(set) var modificationCount: UInt32 = 0
  private(set) var changed: UInt32 = 0
  private(set) var accessed: UInt32 = 0
  private(set) var mode = FileMode(rawValue: 0)
  private(set) var sourceQid: SourceQid?
  private(set) var space: QidSpace?
  private(set) var unix: Range<Int>?
  /// A second option of the kind of `unix`: then neither is believed.
  private(set) var repeatsUnix = false
  /// Options of other kinds, each with its header.
  private(set) var others: [Range<Int>] = []
  private var hasGenerationOption = false

  /// Parses a whole record; ranges count from the beginning of `bytes`.
  init(parsing bytes: RawSpan) throws(FormatError) {
    var reader = ByteReader(bytes, of: "record")
    let magic = try reader.uint32()
    guard magic == Self.magic else {
      throw reader.invalid(
        back: 4, found: "magic \(String(magic, radix: 16))", expected: "1c4d9072")
    }
    version = try reader.uint16()
    guard (7...9).contains(version) else {
      throw reader.invalid(back: 2, found: "version \(version)", expected: "7, 8 or 9")
    }
    name = try Self.text(&reader)
    try parsePlace(&reader)
    qid = try reader.uint64()
    if version == 7 { try reader.skip(Score.byteCount) }
    owner = try Self.text(&reader)
    group = try Self.text(&reader)
    modifier = try Self.text(&reader)
    try parseTimes(&reader)
    mode = FileMode(rawValue: try reader.uint32())
    while reader.remaining > 0 { try parseOption(&reader) }
    if modificationCount == 0, let sourceQid { modificationCount = sourceQid.version }
  }

  @_lifetime(reader: copy reader)
  private static func text(_ reader: inout ByteReader) throws(FormatError) -> Range<Int> {
    let count = try Int(reader.uint16())
    try reader.skip(count)
    return reader.offset - count..<reader.offset
  }

  @_lifetime(reader: copy reader)
  private mutating func parsePlace(_ reader: inout ByteReader) throws(FormatError) {
    slot = try reader.uint32()
    metadataSlot = Int(slot) + 1
    guard version >= 9 else { return }
    generation = try reader.uint32()
    metadataSlot = try Int(reader.uint32())
    metadataGeneration = try reader.uint32()
  }

  @_lifetime(reader: copy reader)
  private mutating func parseTimes(_ reader: inout ByteReader) throws(FormatError) {
    modified = try reader.uint32()
    modificationCount = try reader.uint32()
    changed = try reader.uint32()
    accessed = try reader.uint32()
  }

  /// Parses one option, as strictly as plan9port does and no more: it passes over what it does
  /// not know, and over its own options where their version has none.
  @_lifetime(reader: copy reader)
  private mutating func parseOption(_ reader: inout ByteReader) throws(FormatError) {
    let kind = try reader.uint8()
    let count = try Int(reader.uint16())
    switch kind {
    case OptionKind.sourceQid where version < 9:
      try Self.check(count, is: 12, first: sourceQid == nil, reader)
      sourceQid = SourceQid(path: try reader.uint64(), version: try reader.uint32())
    case OptionKind.qidSpace:
      try Self.check(count, is: 16, first: space == nil, reader)
      space = QidSpace(offset: try reader.uint64(), maximum: try reader.uint64())
    case OptionKind.generation where version < 9 && count == 4 && !hasGenerationOption:
      generation = try reader.uint32()
      hasGenerationOption = true
    case UnixMetadata.optionKind:
      repeatsUnix = unix != nil
      unix = reader.offset..<reader.offset + count
      try reader.skip(count)
    default:
      try reader.skip(count)
      // plan9port takes no notice of its own kinds where they are out of place; nor is there a
      // reason to keep them.
      guard kind > OptionKind.generation else { return }
      others.append(reader.offset - count - Self.optionHeaderByteCount..<reader.offset)
    }
  }

  private static func check(
    _ count: Int, is expected: Int, first: Bool, _ reader: borrowing ByteReader
  ) throws(FormatError) {
    guard first else {
      throw reader.invalid(back: 3, found: "an option twice", expected: "it once")
    }
    guard count == expected else {
      throw reader.invalid(back: 2, found: "an option of \(count) bytes", expected: "\(expected)")
    }
  }
}

/// The qid that a file had on the Plan 9 system it came from.
public struct SourceQid: Hashable, Sendable {
  /// The file.
  public var path: UInt64
  /// Counts its changes.
  public var version: UInt32

  /// Joins path and version.
  public init(path: UInt64, version: UInt32) {
    self.path = path
    self.version = version
  }
}
