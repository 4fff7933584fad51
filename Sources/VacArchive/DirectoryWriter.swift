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
  /// The record of a file that is being added, and its bytes: in the same memory for all.
  private var record = Record(name: [], slot: 0, qid: 0, mode: FileMode(rawValue: 0))
  private var encoded = ByteWriter()

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
    try append(file, contents, nil)
  }

  /// Adds a file without attributes that is not a directory, if its contents can be told by its record.
  ///
  /// - Parameter stream: finds the stream of the contents, as `DirectoryCursor.takeStream` does.
  /// - Returns: the stream; nil when there is none, and nothing is added.
  public mutating func append(
    _ file: FileDescription, stream: (_ record: RawSpan) -> Entry?
  ) throws(ArchiveError) -> Entry? {
    describe(file)
    try encode(streamCount: 1)
    guard let contents = encoded.withBytes(stream) else { return nil }
    try add(contents, nil, attributes: nil)
    return contents
  }

  /// Adds a directory.
  public mutating func append(
    _ directory: FileDescription, contents: DirectoryStreams
  ) throws(ArchiveError) {
    try append(directory, contents.entries, contents.metadata)
  }

  /// Adds a file of a merged archive.
  public mutating func append(_ file: MergedFile) throws(ArchiveError) {
    record = file.record
    record.generation = 0
    try appendRecord(file.stream, file.metadataStream, attributes: file.attributeStream)
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
    _ file: FileDescription, _ stream: Entry, _ metadataStream: Entry?
  ) throws(ArchiveError) {
    describe(file)
    guard !isClassic, !file.attributes.isEmpty else {
      return try appendRecord(stream, metadataStream, attributes: nil)
    }
    let list = try ExtendedAttribute.list(file.attributes)
    record.unix?.attributes = .inline(list)
    let limit = MetadataWriter.recordByteLimit(layout)
    if list.count <= Self.inlineAttributeByteLimit, record.byteCount <= limit {
      try appendRecord(stream, metadataStream, attributes: nil)
    } else {
      var attributes = StreamWriter(to: store, layout: layout)
      try attributes.append(list)
      try appendRecord(stream, metadataStream, attributes: attributes.finish())
    }
  }

  private mutating func describe(_ file: FileDescription) {
    if isClassic { file.describeClassically(in: &record) } else { file.describe(in: &record) }
  }

  /// Adds `record`, whose slots are chosen here: those of its streams, then that of its attributes.
  private mutating func appendRecord(
    _ stream: Entry, _ metadataStream: Entry?, attributes: Entry?
  ) throws(ArchiveError) {
    let streamCount = metadataStream == nil ? 1 : 2
    if attributes != nil {
      if record.unix == nil { record.unix = UnixMetadata() }
      record.unix?.attributes = .slot(UInt32(truncatingIfNeeded: entries.count + streamCount))
    }
    try encode(streamCount: streamCount)
    try add(stream, metadataStream, attributes: attributes)
  }

  /// Makes the bytes of `record`, which comes next.
  private mutating func encode(streamCount: Int) throws(ArchiveError) {
    try checkRecord()
    guard UInt32(exactly: entries.count + streamCount) != nil else {
      throw .unstorable("directory: more files than 32 bits can number")
    }
    record.slot = UInt32(entries.count)
    encoded.removeAll()
    record.write(to: &encoded)
    guard encoded.bytes.count <= MetadataWriter.recordByteLimit(layout) else {
      throw .unstorable(
        "file \(quoted(record.name)): record of \(encoded.bytes.count) bytes does not fit into a block"
      )
    }
  }

  /// Adds the record that is encoded, and the entries that it speaks of.
  private mutating func add(
    _ stream: Entry, _ metadataStream: Entry?, attributes: Entry?
  ) throws(ArchiveError) {
    try entries.append(stream)
    if let metadataStream { try entries.append(metadataStream) }
    if let attributes { try entries.append(attributes) }
    try metadata.append(encoded.bytes)
    lastName = record.name
  }

  private func checkRecord() throws(ArchiveError) {
    if let fault = Omission.NameFault(record.name) {
      throw .unstorable("file \(quoted(record.name)): \(fault)")
    }
    if let lastName, !ArchiveOrder.isOrdered(lastName, record.name) {
      throw .unstorable("file \(quoted(record.name)): name is not after \(quoted(lastName))")
    }
    let longest = max(record.owner.count, record.group.count, record.modifier.count)
    guard longest <= UInt16.max else {
      throw .unstorable("file \(quoted(record.name)): name of the owner is too long")
    }
  }

  private func quoted(_ name: [UInt8]) -> String {
    VentiCore.quoted(String(decoding: name, as: UTF8.self))
  }
}

extension Record {
  /// Bytes of the record as it is written.
  fileprivate var byteCount: Int {
    var writer = ByteWriter()
    write(to: &writer)
    return writer.bytes.count
  }
}
