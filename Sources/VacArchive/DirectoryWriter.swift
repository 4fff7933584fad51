public import VentiCore

/// The streams of a directory that has been written.
public struct DirectoryStreams: Hashable, Sendable {
  /// The stream of its entries.
  public let entries: Entry
  /// The stream of its records.
  public let metadata: Entry

  /// Joins the two streams.
  public init(entries: Entry, metadata: Entry) {
    self.entries = entries
    self.metadata = metadata
  }
}

/// Writes one directory: its files are added in `ArchiveOrder`, each when its contents are stored.
///
/// Memory: a block of each stream, however many files there are.
public struct DirectoryWriter {
  /// Attributes up to this many bytes are in the record.
  static let inlineAttributeByteLimit = 256

  private let store: any BlockStore
  private let layout: BlockLayout
  private let isClassic: Bool
  private var entries: EntryWriter
  private var metadata: MetadataWriter
  private var lastName: [UInt8]?

  /// Begins a directory.
  ///
  /// - Parameter isClassic: whether to leave out all that plan9port's vac would.
  init(to store: any BlockStore, layout: BlockLayout, isClassic: Bool) {
    self.store = store
    self.layout = layout
    self.isClassic = isClassic
    entries = EntryWriter(to: store, layout: layout)
    metadata = MetadataWriter(to: store, layout: layout)
  }

  /// Adds a file that is not a directory; `contents` describes its stream.
  public mutating func append(
    _ file: FileDescription, contents: Entry
  ) throws(ArchiveError) {
    try append(file, streams: [contents])
  }

  /// Adds a directory.
  public mutating func append(
    _ directory: FileDescription, contents: DirectoryStreams
  ) throws(ArchiveError) {
    try append(directory, streams: [contents.entries, contents.metadata])
  }

  /// Adds a file of a merged archive.
  public mutating func append(_ file: MergedFile) throws(ArchiveError) {
    var record = file.record
    record.generation = 0
    try append(record, streams: file.streams, attributeStream: file.attributeStream)
  }

  /// Ends the directory.
  public mutating func finish() throws(ArchiveError) -> DirectoryStreams {
    DirectoryStreams(entries: try entries.finish(), metadata: try metadata.finish())
  }

  /// Writes what the directory has so far, for `resume`: for who has too many of them in memory.
  public func suspend(to writer: inout ByteWriter) {
    entries.suspend(to: &writer)
    metadata.suspend(to: &writer)
    writer.uint16(UInt16(lastName?.count ?? 0))
    writer.raw(lastName ?? [])
  }

  /// Goes on with a directory, in place of this one, which is new.
  @_lifetime(reader: copy reader)
  public mutating func resume(_ reader: inout ByteReader) throws(FormatError) {
    try entries.resume(&reader)
    try metadata.resume(&reader)
    let name = try reader.array(Int(reader.uint16()))
    lastName = name.isEmpty ? nil : name
  }

  private mutating func append(
    _ file: FileDescription, streams: [Entry]
  ) throws(ArchiveError) {
    guard !isClassic else {
      return try append(file.classicRecord(), streams: streams, attributeStream: nil)
    }
    let record = file.completeRecord()
    let list = try ExtendedAttribute.list(file.attributes)
    guard !list.isEmpty else {
      return try append(record, streams: streams, attributeStream: nil)
    }
    var withList = record
    withList.unix?.attributes = .inline(list)
    let limit = MetadataWriter.recordByteLimit(layout)
    if list.count <= Self.inlineAttributeByteLimit, withList.bytes.count <= limit {
      try append(withList, streams: streams, attributeStream: nil)
    } else {
      var stream = StreamWriter(to: store, layout: layout)
      try stream.append(list)
      try append(record, streams: streams, attributeStream: stream.finish())
    }
  }

  /// Adds a record, whose slots are chosen here: those of its streams, then that of its attributes.
  private mutating func append(
    _ record: Record, streams: [Entry], attributeStream: Entry?
  ) throws(ArchiveError) {
    try check(record)
    var record = record
    let slot = entries.count
    guard let lastSlot = UInt32(exactly: slot + streams.count) else {
      throw .unstorable("directory: more files than 32 bits can number")
    }
    record.slot = UInt32(slot)
    if attributeStream != nil {
      if record.unix == nil { record.unix = UnixMetadata() }
      record.unix?.attributes = .slot(lastSlot)
    }
    let bytes = record.bytes
    guard bytes.count <= MetadataWriter.recordByteLimit(layout) else {
      throw .unstorable(
        "file \(quoted(record.name)): record of \(bytes.count) bytes does not fit into a block")
    }
    for stream in streams + [attributeStream].compactMap(\.self) { try entries.append(stream) }
    try metadata.append(bytes)
    lastName = record.name
  }

  private func check(_ record: Record) throws(ArchiveError) {
    if let fault = Omission.NameFault(record.name) {
      throw .unstorable("file \(quoted(record.name)): \(fault)")
    }
    if let lastName, !ArchiveOrder.isOrdered(lastName, record.name) {
      throw .unstorable("file \(quoted(record.name)): name is not after \(quoted(lastName))")
    }
    let texts = [record.owner, record.group, record.modifier]
    guard texts.allSatisfy({ $0.count <= UInt16.max }) else {
      throw .unstorable("file \(quoted(record.name)): name of the owner is too long")
    }
  }

  private func quoted(_ name: [UInt8]) -> String {
    VentiCore.quoted(String(decoding: name, as: UTF8.self))
  }
}

extension Record {
  /// The record as it is written.
  fileprivate var bytes: [UInt8] {
    var writer = ByteWriter(capacity: 128)
    write(to: &writer)
    return writer.bytes
  }
}
