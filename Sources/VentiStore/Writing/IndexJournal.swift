internal import VentiCore

/// New contents of buckets, kept in the blank of an index section while the buckets are written.
///
/// A disk may tear a bucket when power fails: some of its sectors old, some new. As entries move
/// up when others are inserted before them, those that stood at the border of two sectors would
/// then be lost, although they had been safe for years. So what is to be written is put here
/// first, and made safe; after a crash `IndexWriter.recover` writes it again.
///
/// There are two halves, used in turn: one sync makes the buckets safe that the one half holds,
/// and the other half, which holds the next buckets.
///
/// | offset in a half | type | field |
/// |---:|---|---|
/// | 0 | u64 | magic `vacfs ix` |
/// | 8 | u32 | magic number of the section's buckets, 0 in version 1 |
/// | 12 | u32 | bytes of the records |
/// | 16 | score | score of the records |
/// | 36 | | records: u32 number of a bucket, u16 entries, the entries |
///
/// plan9port does not look at this part of the blank, and what a stale journal holds stays true:
/// clumps do not move.
struct IndexJournal {
  /// A bucket and what is to be in it.
  struct Record: Equatable {
    var bucket: Int
    var entries: [IndexEntry]

    var byteCount: Int { 6 + entries.count * IndexEntry.byteCount }
  }

  /// After whatever begins a disk (labels, tables of partitions) and before a `venti.conf`.
  private static let offset = 65536
  private static let halfByteCount = (StoreConfiguration.embeddedOffset - offset) / 2
  private static let headerByteCount = 36
  private static let magic: UInt64 = 0x7661_6366_7320_6978

  /// The most bytes of records in a half.
  static let capacity = halfByteCount - headerByteCount
  static let halves = 0..<2

  private let partition: any Partition
  private let bucketMagic: UInt32

  init(of section: IndexSection) {
    partition = section.partition
    bucketMagic = section.header.bucketMagic ?? 0
  }

  /// Writes records; they are safe after `partition.sync`.
  ///
  /// - Precondition: they take at most `capacity` bytes.
  func write(_ records: [Record], half: Int) throws(StoreError) {
    var body = ByteWriter(capacity: Self.halfByteCount)
    for record in records {
      body.uint32(UInt32(record.bucket))
      body.uint16(UInt16(record.entries.count))
      for entry in record.entries { entry.write(to: &body) }
    }
    var writer = ByteWriter(capacity: Self.halfByteCount)
    writer.uint64(Self.magic)
    writer.uint32(bucketMagic)
    writer.uint32(UInt32(body.bytes.count))
    writer.score(body.withBytes { Score(of: $0) })
    writer.raw(body.bytes)
    precondition(writer.bytes.count <= Self.halfByteCount)
    try partition.write(writer, at: Self.start(half))
  }

  /// Whether a half holds records, as far as its first bytes show.
  func isInUse(half: Int) throws(StoreError) -> Bool {
    try partition.parse(8, at: Self.start(half)) { bytes throws(FormatError) in
      var reader = ByteReader(bytes, of: "index journal")
      return try reader.uint64() == Self.magic
    }
  }

  /// Reads the records of a half; none when it holds none, or was torn itself.
  func read(half: Int) throws(StoreError) -> [Record] {
    let block = try partition.read(Self.halfByteCount, at: Self.start(half))
    return (try? Self.records(block.bytes, bucketMagic)) ?? []
  }

  /// Forgets all records.
  ///
  /// If that is lost in a crash, the records are looked at once more.
  func clear() throws(StoreError) {
    for half in Self.halves {
      try partition.writeZeros(Self.headerByteCount, at: Self.start(half))
    }
  }

  private static func start(_ half: Int) -> Int { offset + half * halfByteCount }

  private static func records(
    _ bytes: RawSpan, _ bucketMagic: UInt32
  ) throws(FormatError) -> [Record] {
    var reader = ByteReader(bytes, of: "index journal")
    try reader.magic(UInt32(magic >> 32))
    try reader.magic(UInt32(truncatingIfNeeded: magic))
    try reader.magic(bucketMagic)
    let count = try reader.count32()
    let score = try reader.score()
    let body = try reader.span(count)
    guard Score(of: body) == score else {
      throw reader.invalid(found: "other records", expected: "those of score \(score)")
    }
    return try records(body)
  }

  private static func records(_ bytes: RawSpan) throws(FormatError) -> [Record] {
    var reader = ByteReader(bytes, of: "index journal")
    var records: [Record] = []
    while reader.remaining > 0 {
      let bucket = try reader.count32()
      let count = try Int(reader.uint16())
      var entries: [IndexEntry] = []
      for _ in 0..<count {
        entries.append(try IndexEntry(parsing: try reader.span(IndexEntry.byteCount)))
      }
      records.append(Record(bucket: bucket, entries: entries))
    }
    return records
  }
}
