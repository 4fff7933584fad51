internal import VentiCore

/// Compares the index with what the directories of the arenas say it should hold, bucket by bucket.
///
/// Right is every entry that points to a clump of its block; several clumps may hold one block, and
/// one entry suffices. Clumps that the tail does not count as indexed may have entries, or none.
package struct IndexComparison: Sendable {
  /// A bucket that is not as it should be.
  package struct Difference: Sendable, Equatable {
    /// The section of the bucket.
    package let section: String
    /// Offset of the bucket in the section's partition.
    package let offset: Int
    /// Entries that point to no clump of their block.
    package var spurious: [IndexEntry] = []
    /// Entries that are not there.
    package var missing: [IndexEntry] = []
    /// Entries with another size than their clumps, and what they should be.
    package var wrong: [(found: IndexEntry, expected: IndexEntry)] = []

    package static func == (left: Self, right: Self) -> Bool {
      left.section == right.section && left.offset == right.offset
        && left.spurious == right.spurious && left.missing == right.missing
        && left.wrong.elementsEqual(right.wrong) {
          $0.found == $1.found && $0.expected == $1.expected
        }
    }

    var isEmpty: Bool { spurious.isEmpty && missing.isEmpty && wrong.isEmpty }
  }

  /// Entries in memory at a time.
  private static let entryLimit = 4 << 20

  /// The arenas, in the order of their addresses.
  package let arenas: [Arena]
  /// Clumps in all of them.
  package let clumpCount: Int
  private let index: Index
  private let directories: ArenaDirectories
  private let bloom: BloomBits?
  /// Scores that the bloom filter lacks, so far.
  package private(set) var missingFromBloom = 0
  /// Whether there is a bloom filter.
  package var hasBloom: Bool { bloom != nil }

  /// Opens the store that is made of `parts`.
  package init(_ parts: StoreParts) throws(StoreError) {
    var sections: [IndexSection] = []
    for partition in parts.sections { sections.append(try IndexSection(partition)) }
    index = try Index(name: parts.indexName, sections: sections)
    if let problem = index.problems.first { throw problem }
    var arenas: [Arena] = []
    for partition in parts.arenas { arenas += try ArenaPartition(partition).arenas }
    let addresses = AddressMap(index.table, arenas: arenas)
    if let problem = addresses.problems.first { throw problem }
    self.arenas = addresses.arenasInOrder
    directories = ArenaDirectories(slots: addresses.slots(index.table))
    clumpCount = try directories.clumpCount()
    bloom = try parts.bloom.map { partition throws(StoreError) in try BloomBits(partition) }
  }

  /// Calls `body` with each bucket that is not as it should be, in order.
  package mutating func run(_ body: (Difference) -> Void) throws(StoreError) {
    let passes = max(1, (clumpCount + Self.entryLimit - 1) / Self.entryLimit)
    let count = index.map.bucketCount
    for pass in 0..<passes {
      try compare(count * pass / passes..<count * (pass + 1) / passes, body)
    }
  }

  private mutating func compare(
    _ buckets: Range<Int>, _ body: (Difference) -> Void
  ) throws(StoreError) {
    var clumps: [ArenaDirectories.Element] = []
    try directories.visit { clump throws(StoreError) in
      if buckets.contains(index.map.bucket(of: clump.entry.score)) { clumps.append(clump) }
    }
    clumps.sort { $0.entry < $1.entry }
    try countMissingFromBloom(clumps)
    var rest = clumps[...]
    var blank = BlankBuckets()
    for number in buckets {
      let here = rest.prefix { index.map.bucket(of: $0.entry.score) == number }
      rest = rest.dropFirst(here.count)
      guard let section = index.section(ofBucket: number) else { continue }
      if here.isEmpty, blank.contains(number, of: section) { continue }
      let difference = Self.compare(
        try section.entries(ofBucket: number), here, section, number)
      if !difference.isEmpty { body(difference) }
    }
  }

  private mutating func countMissingFromBloom(
    _ clumps: [ArenaDirectories.Element]
  ) throws(StoreError) {
    guard let bloom else { return }
    for clump in clumps where clump.isIndexed {
      if try !bloom.mayContain(clump.entry.score) { missingFromBloom += 1 }
    }
  }

  private static func compare(
    _ entries: [IndexEntry], _ clumps: ArraySlice<ArenaDirectories.Element>,
    _ section: IndexSection, _ bucket: Int
  ) -> Difference {
    let header = section.header
    var difference = Difference(
      section: section.partition.name,
      offset: header.base + (bucket - header.buckets.lowerBound) * header.blockSize)
    let byAddress = Dictionary(clumps.map { ($0.entry.address, $0.entry) }) { first, _ in first }
    for entry in entries {
      let expected = byAddress[entry.address]
      if let expected, BlockKey(expected) == BlockKey(entry) {
        if expected != entry { difference.wrong.append((entry, expected)) }
      } else {
        difference.spurious.append(entry)
      }
    }
    var known = Set(entries.map(BlockKey.init)).subtracting(difference.spurious.map(BlockKey.init))
    for clump in clumps where clump.isIndexed && known.insert(BlockKey(clump.entry)).inserted {
      difference.missing.append(clump.entry)
    }
    return difference
  }
}
