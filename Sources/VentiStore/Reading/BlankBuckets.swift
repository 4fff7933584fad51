/// The buckets of an index that are in holes of their files, and so empty without being read: most of
/// a new store's, whose index is as large as that of a full one.
struct BlankBuckets {
  /// Buckets that are known to be blank.
  private var known = 0..<0

  /// Whether a bucket is blank; cheap to ask in order.
  mutating func contains(_ number: Int, of section: IndexSection) -> Bool {
    if known.contains(number) { return true }
    known = number..<section.firstFilledBucket(from: number)
    return !known.isEmpty
  }
}

extension IndexSection {
  /// The first bucket at or after one that may hold anything; the end of the section's range when
  /// there is none.
  func firstFilledBucket(from number: Int) -> Int {
    let data = partition.firstData(from: offset(ofBucket: number))
    return min(
      header.buckets.lowerBound + (data - header.base) / header.blockSize,
      header.buckets.upperBound)
  }
}
