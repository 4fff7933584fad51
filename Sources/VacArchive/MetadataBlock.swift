internal import VentiCore

/// One block of a directory's metadata stream: an index, and records in any order.
///
/// | offset | size | field |
/// |---:|---:|---|
/// | 0 | 4 | magic 5656fc79 or 5656fc7a |
/// | 4 | 2 | `size`: bytes in use |
/// | 6 | 2 | free: not to be relied on |
/// | 8 | 2 | slots in the index |
/// | 10 | 2 | slots used |
/// | 12 | 4 a slot | offset and length of a record |
///
/// The two magics tell how the index is sorted, and some writers say the wrong one. Nothing here
/// depends on the order.
struct MetadataBlock {
  /// Sorted with the end of a name after every byte: `abc`, `ab`, `a`.
  static let magicEndLast: UInt32 = 0x5656_fc79
  /// Sorted with the end of a name before every byte: `a`, `ab`, `abc`.
  static let magicEndFirst: UInt32 = 0x5656_fc7a
  static let headerByteCount = 12
  static let indexByteCount = 4
  /// The most that a block can use: offsets and sizes have 16 bits.
  static let maximumByteCount = Int(UInt16.max)

  /// The bytes in use, with the zeros that are not stored.
  let bytes: Block
  /// Records, by the index.
  let count: Int
  private let recordsStart: Int

  /// Parses the header of a block of a stream whose leaves have `leafSize` bytes.
  init(parsing block: Block, leafSize: Int) throws(FormatError) {
    let header = block.extended(to: min(Self.headerByteCount, leafSize))
    var reader = ByteReader(header.bytes, of: "metadata block")
    let magic = try reader.uint32()
    guard magic == Self.magicEndLast || magic == Self.magicEndFirst else {
      throw reader.invalid(
        back: 4, found: "magic \(String(magic, radix: 16))", expected: "5656fc79 or 5656fc7a")
    }
    let size = try Int(reader.uint16())
    guard size <= leafSize else {
      throw reader.invalid(back: 2, found: "size \(size)", expected: "at most \(leafSize)")
    }
    try reader.skip(2)
    let slotCount = try Int(reader.uint16())
    recordsStart = Self.headerByteCount + Self.indexByteCount * slotCount
    guard recordsStart <= leafSize else {
      throw reader.invalid(back: 2, found: "\(slotCount) slots", expected: "room for them")
    }
    count = try Int(reader.uint16())
    guard count <= slotCount else {
      throw reader.invalid(back: 2, found: "\(count) records", expected: "at most \(slotCount)")
    }
    bytes = block.extended(to: max(size, recordsStart))[0..<max(size, recordsStart)]
    self.size = size
  }

  private let size: Int

  /// Where record `number` of the index is.
  func range(of number: Int) throws(FormatError) -> Range<Int> {
    var reader = ByteReader(bytes.bytes, of: "metadata block")
    try reader.skip(Self.headerByteCount + number * Self.indexByteCount)
    let start = try Int(reader.uint16())
    let length = try Int(reader.uint16())
    guard start >= recordsStart, start + length <= size, length >= RecordFields.headerByteCount
    else {
      throw reader.invalid(
        back: 4, found: "a record at \(start), length \(length)",
        expected: "one within \(recordsStart)...\(size)")
    }
    return start..<start + length
  }
}

extension MetadataBlock {
  /// The slots of the records' streams, where these stand in the order of their slots; nil where that cannot
  /// be.
  var slots: Range<Int>? {
    guard count > 0, let first = slot(of: 0), let last = slot(of: count - 1), first <= last
    else { return nil }
    return first..<last + RecordFields.slotCount
  }

  /// The first slot of a record; nil where there is no record.
  private func slot(of number: Int) -> Int? {
    guard let range = try? range(of: number),
      let fields = try? RecordFields(parsing: bytes[range].bytes)
    else { return nil }
    return Int(fields.slot)
  }
}

extension Block {
  /// The block with zeros after it up to `count` bytes; itself when it is that long.
  func extended(to count: Int) -> Block {
    guard self.count < count else { return self }
    return Block(array + repeatElement(0, count: count - self.count))
  }
}
