internal import VentiCore

/// The records of a block as they lie there, one after the other: to be compared with others, and not
/// parsed.
struct RecordSequence {
  private let block: MetadataBlock
  private let slots: SlotTable
  private var next = 0

  /// - Parameter slots: the entries of the records' streams.
  init(_ block: MetadataBlock, _ slots: SlotTable) {
    self.block = block
    self.slots = slots
  }

  /// Whether all records have been passed.
  var isAtEnd: Bool { next >= block.count }

  /// Passes the next record if it is this one, but for slot and number, and the stream of the file's
  /// contents is there.
  ///
  /// - Parameter record: of a file that is no directory, in the version that is written.
  /// - Returns: the stream; nil when the record is not passed.
  mutating func takeStream(of record: RawSpan) -> Entry? {
    guard !isAtEnd, let range = try? block.range(of: next),
      let slot = Self.slot(of: record, in: block.bytes[range].bytes),
      let entry = try? slots.entry(slot, generation: 0, isDirectory: false)
    else { return nil }
    next += 1
    return entry
  }

  /// The slot of a record, if that is like another one.
  private static func slot(of record: RawSpan, in other: RawSpan) -> Int? {
    var reader = ByteReader(record, of: "record")
    var otherReader = ByteReader(other, of: "record")
    guard record.byteCount == other.byteCount,
      (try? reader.skip(RecordFields.nameOffset - 2)) != nil,
      let nameCount = try? Int(reader.uint16()),
      (try? otherReader.skip(RecordFields.nameOffset + nameCount)) != nil,
      let slot = try? otherReader.uint32(), (try? otherReader.uint64()) != nil
    else { return nil }
    let before = 0..<RecordFields.nameOffset + nameCount
    let after = otherReader.offset..<record.byteCount
    guard record.extracting(before).isEqual(to: other.extracting(before)),
      record.extracting(after).isEqual(to: other.extracting(after))
    else { return nil }
    return Int(slot)
  }

  /// Passes the records up to that of a name, which need not be there.
  mutating func skip(through name: [UInt8]) {
    while !isAtEnd, let record = (try? block.range(of: next)).map({ block.bytes[$0] }),
      let fields = try? RecordFields(parsing: record.bytes),
      !ArchiveOrder.isOrdered(name, record[fields.name].array)
    {
      next += 1
    }
  }
}
