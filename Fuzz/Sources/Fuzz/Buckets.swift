import VentiCore
import VentiStore

/// The index: buckets, headers of sections, tables, and the header of the bloom filter.
enum Buckets {
  static func run(_ bytes: [UInt8]) {
    let input = Block(bytes)
    for size in [512, 8192] {
      let padded = Block(
        bytes.prefix(size) + [UInt8](repeating: 0, count: max(0, size - bytes.count)))
      for magic in [nil, 0x914c_43a8] as [UInt32?] { read(padded, magic) }
    }
    _ = try? IndexSectionHeader(parsing: input.bytes)
    _ = try? BloomFilter(parsing: input.bytes)
    if let table = try? IndexTable(parsing: bytes) {
      var writer = ByteWriter()
      table.write(to: &writer)
      expect((try? IndexTable(parsing: writer.bytes)) == table, "a table is what was written")
    }
  }

  private static func read(_ block: Block, _ magic: UInt32?) {
    guard let bucket = try? Bucket(parsing: block, magic: magic) else { return }
    if let map = BucketMap(bucketCount: 159) { _ = try? bucket.isSound(as: 0, of: map) }
    for number in 0..<bucket.count {
      guard let entry = try? bucket.entry(at: number) else { continue }
      guard let type = BlockType(wireValue: entry.typeValue) else { continue }
      _ = try? bucket.entries(for: entry.score, type)
      _ = try? bucket.remnants(of: entry.score, type)
    }
  }
}
