public import VentiCore

/// What a directory says of one file, by itself: for those who write or rewrite records.
///
/// `RecordFields` has the layout. A `Directory` keeps the same in less memory.
public struct Record: Hashable, Sendable {
  /// The name.
  public var name: [UInt8]
  /// The slot, in the directory's stream of entries, of the file's stream.
  public var slot: UInt32
  /// How often that slot had been used before.
  public var generation: UInt32 = 0
  /// The number of the file.
  public var qid: UInt64
  /// The owner's name.
  public var owner: [UInt8] = []
  /// The group's name.
  public var group: [UInt8] = []
  /// The name of who changed the file last.
  public var modifier: [UInt8] = []
  /// When the contents changed: the low 32 bits of seconds since 1970; so for the following.
  public var modified: UInt32 = 0
  /// How often the contents changed.
  public var modificationCount: UInt32 = 0
  /// When the inode changed.
  public var changed: UInt32 = 0
  /// When the file was read.
  public var accessed: UInt32 = 0
  /// Kind and permissions.
  public var mode: FileMode
  /// The qid on the Plan 9 system that the file came from.
  public var sourceQid: SourceQid?
  /// How the numbers below become unique.
  public var space: QidSpace?
  /// What the fields above cannot hold.
  public var unix: UnixMetadata?
  /// Options of unknown kinds, each with kind and length: kept when a record is rewritten.
  public var otherOptions: [UInt8] = []

  /// Describes a file.
  public init(name: [UInt8], slot: UInt32, qid: UInt64, mode: FileMode) {
    self.name = name
    self.slot = slot
    self.qid = qid
    self.mode = mode
  }

  /// Parses a whole record.
  ///
  /// Unix metadata of an unknown version is left out; damaged metadata is an error here.
  public init(parsing block: Block) throws(FormatError) {
    try self.init(parsing: block, usesUnix: true)
  }

  /// - Parameter usesUnix: whether not to leave out Unix metadata, damaged or not.
  init(parsing block: Block, usesUnix: Bool) throws(FormatError) {
    let fields = try RecordFields(parsing: block.bytes)
    let bytes = block.array
    self.init(
      name: Array(bytes[fields.name]), slot: fields.slot, qid: fields.qid, mode: fields.mode)
    generation = fields.generation
    owner = Array(bytes[fields.owner])
    group = Array(bytes[fields.group])
    modifier = Array(bytes[fields.modifier])
    modified = fields.modified
    modificationCount = fields.modificationCount
    changed = fields.changed
    accessed = fields.accessed
    sourceQid = fields.sourceQid
    space = fields.space
    otherOptions = fields.others.flatMap { bytes[$0] }
    if usesUnix, let range = fields.unix { unix = try UnixMetadata.parse(block[range].bytes) }
  }
}

extension Record {
  /// The version that is written: the one that all readers know.
  static let version: UInt16 = 8

  /// Appends the record, in version 8.
  ///
  /// A directory's metadata stream is in the slot after `slot`: this version cannot say otherwise.
  ///
  /// - Precondition: texts and options have at most 65535 bytes each.
  public func write(to writer: inout ByteWriter) {
    writer.uint32(RecordFields.magic)
    writer.uint16(Self.version)
    Self.write(name, to: &writer)
    writer.uint32(slot)
    writer.uint64(qid)
    for text in [owner, group, modifier] { Self.write(text, to: &writer) }
    for number in [modified, modificationCount, changed, accessed, mode.rawValue] {
      writer.uint32(number)
    }
    writeOptions(to: &writer)
  }

  private func writeOptions(to writer: inout ByteWriter) {
    if let sourceQid {
      Self.write(option: RecordFields.OptionKind.sourceQid, to: &writer) { writer in
        writer.uint64(sourceQid.path)
        writer.uint32(sourceQid.version)
      }
    }
    if let space {
      Self.write(option: RecordFields.OptionKind.qidSpace, to: &writer) { writer in
        writer.uint64(space.offset)
        writer.uint64(space.maximum)
      }
    }
    if generation != 0 {
      Self.write(option: RecordFields.OptionKind.generation, to: &writer) { $0.uint32(generation) }
    }
    if let unix {
      Self.write(option: UnixMetadata.optionKind, to: &writer) { unix.write(to: &$0) }
    }
    writer.raw(otherOptions)
  }

  private static func write(_ text: [UInt8], to writer: inout ByteWriter) {
    writer.uint16(UInt16(text.count))
    writer.raw(text)
  }

  private static func write(
    option kind: UInt8, to writer: inout ByteWriter, _ body: (inout ByteWriter) -> Void
  ) {
    writer.uint8(kind)
    writer.counted(body)
  }
}

extension MetadataBlock {
  /// Parses record `number` of the index.
  func record(_ number: Int) throws(FormatError) -> Record {
    try Record(parsing: bytes[range(of: number)])
  }
}
