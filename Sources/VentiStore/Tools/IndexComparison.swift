package import VentiCore

/// Compares index and bloom filter with what the directories of the arenas say they should hold,
/// bucket by bucket, in the memory that the store has for its index.
///
/// Right is every entry that points to a clump of its block; several clumps may hold one block, and
/// one entry suffices. Clumps that the tail does not count as indexed may have entries, or none.
package struct IndexComparison: Sendable {
  /// A bucket that is not as it should be; one that is so in many ways comes more than once.
  package struct Difference: Sendable {
    /// The section of the bucket.
    package let section: String
    /// Offset of the bucket in the section's partition.
    package let offset: Int
    /// The number of the bucket.
    let bucket: Int
    /// Whether its entries are in order, and all belong there.
    var isInOrder = true
    /// Entries that point to no clump of their block.
    package var spurious: [IndexEntry] = []
    /// Entries that are not there.
    package var missing: [IndexEntry] = []
    /// Entries with another size than their clumps, and what they should be.
    package var wrong: [(found: IndexEntry, expected: IndexEntry)] = []
    /// Scores that the bloom filter lacks.
    package var missingFromBloom: [Score] = []

    /// Whether entries are to be added, removed or changed.
    package var concernsEntries: Bool {
      !spurious.isEmpty || !missing.isEmpty || !wrong.isEmpty
    }
    var isEmpty: Bool { isInOrder && !concernsEntries && missingFromBloom.isEmpty }
  }

  /// The arenas, in the order of their addresses.
  package let arenas: [Arena]
  /// Clumps in all of them.
  package var clumpCount: Int { sorter.directories.clumpCount }
  /// Entries of the buckets that have been compared.
  private(set) var entryCount = 0
  private let index: Index
  private let sorter: ClumpSorter
  private let bloom: BloomBits?
  /// Whether there is a bloom filter.
  package var hasBloom: Bool { bloom != nil }

  /// Opens the store that is made of `parts`.
  package init(_ parts: StoreParts) throws(StoreError) {
    let index = try StoreOpening(parts: parts).openIndex()
    let addresses = AddressMap(index.table, arenas: try parts.openArenas().flatMap(\.arenas))
    let bloom = try parts.bloom.map { partition throws(StoreError) in try BloomBits(partition) }
    try self.init(index, addresses, bloom, memoryByteCount: parts.indexMemoryByteCount)
  }

  /// Compares what is open.
  init(
    _ index: Index, _ addresses: AddressMap, _ bloom: BloomBits?, memoryByteCount: Int
  ) throws(StoreError) {
    self.index = index
    self.bloom = bloom
    arenas = addresses.arenasInOrder
    sorter = ClumpSorter(try ArenaDirectories(addresses), memoryByteCount: memoryByteCount)
  }

  /// Calls `body` with each bucket that is not as it should be, in order.
  package mutating func run(
    _ body: (Difference) throws(StoreError) -> Void
  ) throws(StoreError) {
    var bucket: BucketComparison?
    var next = 0
    try sorter.visit { entry throws(StoreError) in
      let number = index.map.bucket(of: entry.score)
      if number >= next {
        try finish(&bucket, body)
        try compareWithNothing(next..<number, body)
        bucket = try begin(number)
        next = number + 1
      }
      try bucket?.compare(entry, body)
    }
    try finish(&bucket, body)
    try compareWithNothing(next..<index.map.bucketCount, body)
  }

  /// Compares buckets to which no clumps belong.
  private mutating func compareWithNothing(
    _ buckets: Range<Int>, _ body: (Difference) throws(StoreError) -> Void
  ) throws(StoreError) {
    var blank = BlankBuckets()
    for number in buckets {
      guard let section = index.section(ofBucket: number) else { continue }
      if blank.contains(number, of: section) { continue }
      var bucket = try begin(number)
      try finish(&bucket, body)
    }
  }

  private func begin(_ number: Int) throws(StoreError) -> BucketComparison? {
    guard let section = index.section(ofBucket: number) else { return nil }
    return try BucketComparison(
      number, of: section, index.map, sorter.directories, bloom)
  }

  private mutating func finish(
    _ bucket: inout BucketComparison?, _ body: (Difference) throws(StoreError) -> Void
  ) throws(StoreError) {
    entryCount += bucket?.entryCount ?? 0
    try bucket?.finish(body)
    bucket = nil
  }
}
