import TestSupport
import VacArchive
import VentiCore

/// A made-up archive: one directory of many files, all of which hold the same few bytes.
struct WideArchive {
  /// What every file holds.
  static let contents = Array("one of many\n".utf8)

  /// The archive.
  let score: ArchiveScore
  /// Its blocks.
  let store = MemoryStore()

  private static let blockSize = 8192
  private static let recordsPerBlock = 100

  /// Makes an archive of files called `file0` and so on.
  init(fileCount: Int) throws {
    let file = try store.tree(
      of: Self.contents, pointerSize: Self.blockSize, leafSize: Self.blockSize)
    let entries = try store.tree(
      of: Self.entries(file, count: fileCount), pointerSize: Self.blockSize,
      leafSize: Self.blockSize, isDirectory: true)
    let metadata = try store.tree(
      of: Self.metadata(count: fileCount), pointerSize: Self.blockSize, leafSize: Self.blockSize)
    let record = Self.metadataBlock([Self.record("/", slot: 0, qid: 0, mode: 0o755 | 0x8000)])
    let own = try store.tree(of: record, pointerSize: Self.blockSize, leafSize: Self.blockSize)
    var top = ByteWriter()
    for entry in [entries, metadata, own] { entry.write(to: &top) }
    let directory = try store.write(Block(top.bytes), type: .directory)
    var root = ByteWriter()
    Root(type: Array("vac".utf8), score: directory, blockSize: Self.blockSize).write(to: &root)
    score = ArchiveScore(try store.write(Block(root.bytes), type: .root))
  }

  /// The stream of `count` times the same entry.
  private static func entries(_ file: Entry, count: Int) -> [UInt8] {
    let perBlock = blockSize / Entry.byteCount
    var writer = ByteWriter()
    for slot in 0..<count {
      if slot % perBlock == 0 { writer.pad(to: slot / perBlock * blockSize) }
      file.write(to: &writer)
    }
    return writer.bytes
  }

  /// The stream of records.
  private static func metadata(count: Int) -> [UInt8] {
    stride(from: 0, to: count, by: recordsPerBlock).flatMap { first in
      metadataBlock(
        (first..<min(first + recordsPerBlock, count)).map {
          record("file\($0)", slot: UInt32($0), qid: UInt64($0) + 1, mode: 0o644)
        })
    }
  }

  /// A whole block of records.
  private static func metadataBlock(_ records: [[UInt8]]) -> [UInt8] {
    let headByteCount = 12 + 4 * records.count
    var writer = ByteWriter(capacity: blockSize)
    writer.uint32(0x5656_fc7a)
    writer.uint16(UInt16(headByteCount + records.reduce(0) { $0 + $1.count }))
    writer.uint16(0)
    writer.uint16(UInt16(records.count))
    writer.uint16(UInt16(records.count))
    var offset = headByteCount
    for record in records {
      writer.uint16(UInt16(offset))
      writer.uint16(UInt16(record.count))
      offset += record.count
    }
    for record in records { writer.raw(record) }
    writer.pad(to: blockSize)
    return writer.bytes
  }

  /// A record of version 8.
  private static func record(_ name: String, slot: UInt32, qid: UInt64, mode: UInt32) -> [UInt8] {
    var writer = ByteWriter()
    writer.uint32(0x1c4d_9072)
    writer.uint16(8)
    writer.text(name)
    writer.uint32(slot)
    writer.uint64(qid)
    for text in ["root", "root", ""] { writer.text(text) }
    for number in [1_700_000_000, 0, 1_700_000_000, 1_700_000_000, mode] { writer.uint32(number) }
    return writer.bytes
  }
}

extension ByteWriter {
  /// Appends a text after its length.
  fileprivate mutating func text(_ text: String) {
    uint16(UInt16(text.utf8.count))
    raw(text.utf8)
  }
}
