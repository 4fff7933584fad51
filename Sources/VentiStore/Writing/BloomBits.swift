internal import VentiCore

/// The bits of a bloom filter, in their partition.
///
/// Nothing is kept in memory, where filters of half a gigabyte have no place: the system caches
/// what is used. Safe for one thread that inserts and many that ask.
struct BloomBits: Sendable {
  let partition: any Partition
  let filter: BloomFilter

  /// The unit of reading and writing while scores are inserted.
  private static let pageByteCount = 4096
  /// How many scores are inserted at a time: a bound on memory.
  private static let batchCount = 16384

  /// The bits of a filter whose header is known.
  init(_ partition: any Partition, _ filter: BloomFilter) {
    self.partition = partition
    self.filter = filter
  }

  /// Opens the filter that a partition holds.
  init(_ partition: any Partition) throws(StoreError) {
    self.partition = partition
    filter = try partition.parse(BloomFilter.headerByteCount, at: 0) {
      bytes throws(FormatError) in try BloomFilter(parsing: bytes)
    }
    guard filter.byteCount <= partition.length else {
      throw .outside(
        partition: partition.name, offset: 0, count: filter.byteCount, length: partition.length)
    }
  }

  /// Whether the store may have a block of this score; false is certain.
  func mayContain(_ score: Score) throws(StoreError) -> Bool {
    for bit in filter.bits(of: score) {
      let byte = try partition.parse(1, at: bit / 8) { bytes throws(FormatError) in
        var reader = ByteReader(bytes, of: "bloom filter")
        return try reader.uint8()
      }
      if byte >> (bit % 8) & 1 == 0 { return false }
    }
    return true
  }

  /// Sets the bits of scores; they are on disk after `partition.sync`.
  func insert(_ scores: [Score]) throws(StoreError) {
    for start in stride(from: 0, to: scores.count, by: Self.batchCount) {
      let batch = scores[start..<min(start + Self.batchCount, scores.count)]
      try set(batch.flatMap { filter.bits(of: $0) }.sorted())
    }
  }

  /// Sets bits, which are in order, a page at a time.
  private func set(_ bits: [Int]) throws(StoreError) {
    var first = 0
    while first < bits.count {
      let page = bits[first] / 8 / Self.pageByteCount
      let end = bits[first...].firstIndex { $0 / 8 / Self.pageByteCount != page } ?? bits.count
      try set(bits[first..<end], inPage: page)
      first = end
    }
  }

  private func set(_ bits: ArraySlice<Int>, inPage page: Int) throws(StoreError) {
    let start = page * Self.pageByteCount
    let count = min(Self.pageByteCount, filter.byteCount - start)
    var new = try partition.read(count, at: start).array
    for bit in bits { new[bit / 8 - start] |= 1 << (bit % 8) }
    // Even if all were set: after a sync that failed they may be on no disk.
    var writer = ByteWriter()
    writer.raw(new)
    try partition.write(writer, at: start)
  }
}
