import TestSupport
import VacArchive
import VentiCore

/// A record with every field free, also those that no writer would write.
struct RawRecord {
  var version: UInt16 = 8
  var name: [UInt8]
  var slot: UInt32
  var generation: UInt32 = 0
  var metadataSlot: UInt32 = 0
  var metadataGeneration: UInt32 = 0
  var qid: UInt64
  var owner = Array("u".utf8)
  var mode: UInt32 = 0o644
  var options: [UInt8] = []

  init(_ name: String, slot: UInt32 = 0, qid: UInt64 = 1) {
    self.init(Array(name.utf8), slot: slot, qid: qid)
  }

  init(_ name: [UInt8], slot: UInt32 = 0, qid: UInt64 = 1) {
    self.name = name
    self.slot = slot
    self.qid = qid
  }

  func with(_ change: (inout RawRecord) -> Void) -> RawRecord {
    var record = self
    change(&record)
    return record
  }

  /// One option: kind, length, data.
  static func option(_ kind: UInt8, _ data: [UInt8]) -> [UInt8] {
    [kind, UInt8(data.count >> 8), UInt8(data.count & 0xff)] + data
  }

  static func space(offset: UInt64, maximum: UInt64) -> [UInt8] {
    var writer = ByteWriter()
    writer.uint64(offset)
    writer.uint64(maximum)
    return option(3, writer.bytes)
  }

  var bytes: [UInt8] {
    var writer = ByteWriter()
    writer.uint32(0x1c4d_9072)
    writer.uint16(version)
    text(name, &writer)
    writer.uint32(slot)
    if version >= 9 {
      writer.uint32(generation)
      writer.uint32(metadataSlot)
      writer.uint32(metadataGeneration)
    }
    writer.uint64(qid)
    if version == 7 { writer.raw(repeatElement(0xee, count: 20)) }
    for name in [owner, Array("g".utf8), []] { text(name, &writer) }
    for number in [1_700_000_000, 0, 1_700_000_001, 1_700_000_002, mode] { writer.uint32(number) }
    writer.raw(options)
    return writer.bytes
  }

  private func text(_ bytes: [UInt8], _ writer: inout ByteWriter) {
    writer.uint16(UInt16(bytes.count))
    writer.raw(bytes)
  }
}

/// A metadata block of these records, in this order, with `gap` unused bytes before each and
/// `spare` free slots in its index.
func rawMetadataBlock(
  _ records: [[UInt8]], magic: UInt32 = 0x5656_fc79, gap: Int = 0, spare: Int = 0
) -> [UInt8] {
  var index = ByteWriter()
  var area: [UInt8] = []
  let start = 12 + 4 * (records.count + spare)
  for record in records {
    area += repeatElement(0xa5, count: gap)
    index.uint16(UInt16(start + area.count))
    index.uint16(UInt16(record.count))
    area += record
  }
  var writer = ByteWriter()
  writer.uint32(magic)
  writer.uint16(UInt16(start + area.count))
  writer.uint16(0x7777)
  writer.uint16(UInt16(records.count + spare))
  writer.uint16(UInt16(records.count))
  writer.raw(index.bytes)
  writer.raw(repeatElement(0, count: 4 * spare))
  writer.raw(area)
  return writer.bytes
}

extension MemoryStore {
  /// Stores a directory of these metadata blocks and entries (nil: a slot not in use).
  func directory(
    blocks: [[UInt8]], entries: [Entry?], leafSize: Int = 512, space: NumberSpace = .top
  ) throws -> DirectoryReference {
    let metadata = blocks.flatMap { $0 + [UInt8](repeating: 0, count: leafSize - $0.count) }
    var slots = ByteWriter()
    for (number, entry) in entries.enumerated() {
      let perBlock = leafSize / Entry.byteCount
      slots.pad(to: number / perBlock * leafSize + number % perBlock * Entry.byteCount)
      if let entry {
        entry.write(to: &slots)
      } else {
        slots.raw(repeatElement(0, count: Entry.byteCount))
      }
    }
    return DirectoryReference(
      entries: try tree(of: slots.bytes, pointerSize: 500, leafSize: leafSize, isDirectory: true),
      metadata: try tree(of: metadata, pointerSize: 500, leafSize: leafSize), number: 99,
      space: space)
  }

  /// Stores a directory of one record a block; the record of `names[n]` has slot `slots[n]`.
  func directory(
    of names: [String], slots: [UInt32]? = nil, qids: [UInt64]? = nil
  ) throws -> DirectoryReference {
    let blocks = names.indices.map { number in
      rawMetadataBlock([
        RawRecord(
          names[number], slot: slots?[number] ?? UInt32(number),
          qid: qids?[number] ?? UInt64(number + 1)
        ).bytes
      ])
    }
    return try directory(
      blocks: blocks, entries: names.indices.map { try file("contents \($0)") })
  }

  /// Stores 2 GiB of entries that are all the same.
  func repeatedEntries(_ entry: Entry) throws -> Entry {
    var writer = ByteWriter()
    for _ in 0..<12 { entry.write(to: &writer) }
    var score = try write(Block(writer.bytes), type: .directory)
    var stream = Entry(
      pointerSize: 500, leafSize: 512, isDirectory: true, depth: 0, size: 1 << 31, score: score)
    stream.depth = stream.neededDepth
    for height in 1...stream.depth {
      var pointers = ByteWriter()
      for _ in 0..<25 { pointers.score(score) }
      score = try write(Block(pointers.bytes), type: .directory.above(height))
    }
    stream.score = score
    return stream
  }

  /// Stores a file of a few bytes.
  func file(_ text: String) throws -> Entry {
    try tree(of: Array(text.utf8), pointerSize: 500, leafSize: 512)
  }

  /// The streams of an empty directory.
  static let emptyDirectory = [
    Entry(pointerSize: 500, leafSize: 512, isDirectory: true, depth: 0, size: 0, score: .zero),
    Entry(pointerSize: 500, leafSize: 512, isDirectory: false, depth: 0, size: 0, score: .zero),
  ]
}
