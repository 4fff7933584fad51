internal import VentiCore

/// Packs records into metadata blocks and writes each block once: sorted, without gaps.
struct MetadataWriter {
  private let store: any BlockStore
  private let leafSize: Int
  private var tree: TreeWriter
  private var records: [UInt8] = []
  private var lengths: [Int] = []

  init(to store: any BlockStore, layout: BlockLayout) {
    self.store = store
    leafSize = layout.forMetadata.leafSize
    tree = TreeWriter(to: store, layout: layout.forMetadata)
  }

  /// The longest record that a block of this layout holds.
  static func recordByteLimit(_ layout: BlockLayout) -> Int {
    min(layout.forMetadata.leafSize, MetadataBlock.maximumByteCount)
      - MetadataBlock.headerByteCount - MetadataBlock.indexByteCount
  }

  /// Adds a record, whose name comes after those before.
  mutating func append(_ record: [UInt8]) throws(ArchiveError) {
    let count = byteCount(records: lengths.count + 1) + records.count + record.count
    if count > min(leafSize, MetadataBlock.maximumByteCount) { try flush() }
    records.append(contentsOf: record)
    lengths.append(record.count)
  }

  mutating func finish() throws(ArchiveError) -> Entry {
    if !lengths.isEmpty { try flush() }
    return try tree.finish(size: tree.leafCount * leafSize)
  }

  private func byteCount(records count: Int) -> Int {
    MetadataBlock.headerByteCount + MetadataBlock.indexByteCount * count
  }

  private mutating func flush() throws(ArchiveError) {
    var offset = byteCount(records: lengths.count)
    var writer = ByteWriter(capacity: offset + records.count)
    writer.uint32(MetadataBlock.magicEndLast)
    writer.uint16(UInt16(offset + records.count))
    writer.uint16(0)
    writer.uint16(UInt16(lengths.count))
    writer.uint16(UInt16(lengths.count))
    for length in lengths {
      writer.uint16(UInt16(offset))
      writer.uint16(UInt16(length))
      offset += length
    }
    writer.raw(records)
    try tree.append(store.store(Block(writer.bytes).withoutTrailingZeros, .data))
    records.removeAll(keepingCapacity: true)
    lengths.removeAll(keepingCapacity: true)
  }
}

extension MetadataWriter {
  /// Writes what there is so far, for `resume`.
  func suspend(to writer: inout ByteWriter) {
    tree.suspend(to: &writer)
    writer.uint32(UInt32(lengths.count))
    for length in lengths { writer.uint16(UInt16(length)) }
    writer.raw(records)
  }

  /// Goes on with records of which nothing else has been written.
  @_lifetime(reader: copy reader)
  mutating func resume(_ reader: inout ByteReader) throws(FormatError) {
    try tree.resume(&reader)
    lengths = []
    for _ in 0..<(try reader.uint32()) { lengths.append(try Int(reader.uint16())) }
    records = try reader.array(lengths.reduce(0, +))
  }
}

/// Packs entries into directory blocks.
struct EntryWriter {
  private let store: any BlockStore
  private let layout: BlockLayout
  private var tree: TreeWriter
  private var writer = ByteWriter()
  private(set) var count = 0

  init(to store: any BlockStore, layout: BlockLayout) {
    self.store = store
    self.layout = layout
    tree = TreeWriter(to: store, layout: layout, isDirectory: true)
  }

  private var perBlock: Int { layout.leafSize / Entry.byteCount }

  /// Adds an entry; the slot before it is `count`.
  mutating func append(_ entry: Entry) throws(ArchiveError) {
    var entry = entry
    // Neither means anything in an archive; what other programs left there is not handed on.
    entry.generation = 0
    entry.isLocal = false
    entry.write(to: &writer)
    count += 1
    if count % perBlock == 0 { try flush() }
  }

  mutating func finish() throws(ArchiveError) -> Entry {
    if count % perBlock != 0 { try flush() }
    return try tree.finish(
      size: count / perBlock * layout.leafSize + count % perBlock * Entry.byteCount)
  }

  private mutating func flush() throws(ArchiveError) {
    try tree.append(store.store(Block(writer.bytes).withoutTrailingZeros, .directory))
    writer = ByteWriter(capacity: perBlock * Entry.byteCount)
  }
}

extension EntryWriter {
  /// Writes what there is so far, for `resume`.
  func suspend(to writer: inout ByteWriter) {
    tree.suspend(to: &writer)
    writer.uint64(UInt64(count))
    writer.uint32(UInt32(self.writer.bytes.count))
    writer.raw(self.writer.bytes)
  }

  /// Goes on with entries of which nothing else has been written.
  @_lifetime(reader: copy reader)
  mutating func resume(_ reader: inout ByteReader) throws(FormatError) {
    try tree.resume(&reader)
    count = try Int(clamping: reader.uint64())
    writer.raw(try reader.array(Int(reader.uint32())))
  }
}
