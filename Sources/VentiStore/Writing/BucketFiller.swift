/// Writes the buckets of a bin over what was put aside there.
struct BucketFiller {
  /// Bytes of buckets in one write.
  private static let runByteCount = 1 << 20

  let bin: IndexScratch.Bin
  private var next: Int
  private var records: [IndexJournal.Record] = []

  init(_ bin: IndexScratch.Bin) {
    self.bin = bin
    next = bin.buckets.lowerBound
  }

  /// Writes a bucket, after those before it.
  mutating func write(_ bucket: Int, _ entries: [IndexEntry]) throws(StoreError) {
    try writeEmpty(upTo: bucket)
    try add(bucket, entries)
  }

  /// Writes what is left.
  mutating func finish() throws(StoreError) {
    try writeEmpty(upTo: bin.buckets.upperBound)
    try bin.section.write(records)
    records = []
  }

  /// Writes empty buckets, as far as entries were put aside in them.
  private mutating func writeEmpty(upTo end: Int) throws(StoreError) {
    let used = min(end, bin.endOfUsed)
    while next < used { try add(next, []) }
    next = max(next, end)
  }

  private mutating func add(_ bucket: Int, _ entries: [IndexEntry]) throws(StoreError) {
    records.append(IndexJournal.Record(bucket: bucket, entries: entries))
    next = bucket + 1
    guard records.count * bin.section.header.blockSize >= Self.runByteCount else { return }
    try bin.section.write(records)
    records.removeAll(keepingCapacity: true)
  }
}
