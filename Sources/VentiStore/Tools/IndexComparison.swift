package import VentiCore

/// Compares index and bloom filter with what the directories of the arenas say they should hold,
/// bucket by bucket.
///
/// Right is every entry that points to a clump of its block; several clumps may hold one block, and
/// one entry suffices. Clumps that the tail does not count as indexed may have entries, or none.
package struct IndexComparison: Sendable {
  /// A bucket that is not as it should be.
  package struct Difference: Sendable {
    /// The section of the bucket.
    package let section: String
    /// Offset of the bucket in the section's partition.
    package let offset: Int
    /// The number of the bucket.
    let bucket: Int
    /// Whether its entries are in order, and all belong there.
    let isInOrder: Bool
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

  /// Entries in memory at a time: 256 MiB.
  ///
  /// The directories are read as often as needed.
  private static let entryLimit = 4 << 20

  /// The arenas, in the order of their addresses.
  package let arenas: [Arena]
  /// Clumps in all of them.
  package let clumpCount: Int
  /// Entries of the buckets that have been compared.
  private(set) var entryCount = 0
  private let index: Index
  private let directories: ArenaDirectories
  private let bloom: BloomBits?
  /// Whether there is a bloom filter.
  package var hasBloom: Bool { bloom != nil }

  /// Opens the store that is made of `parts`.
  package init(_ parts: StoreParts) throws(StoreError) {
    let index = try StoreOpening(parts: parts).openIndex()
    var arenas: [Arena] = []
    for partition in parts.arenas { arenas += try ArenaPartition(partition).arenas }
    let addresses = AddressMap(index.table, arenas: arenas)
    if let problem = addresses.problems.first { throw problem }
    let bloom = try parts.bloom.map { partition throws(StoreError) in try BloomBits(partition) }
    try self.init(index, addresses, bloom)
  }

  /// Compares what is open.
  init(_ index: Index, _ addresses: AddressMap, _ bloom: BloomBits?) throws(StoreError) {
    self.index = index
    self.bloom = bloom
    arenas = addresses.arenasInOrder
    directories = ArenaDirectories(slots: addresses.slots(index.table))
    clumpCount = try directories.clumpCount()
  }

  /// Calls `body` with each bucket that is not as it should be, in order.
  ///
  /// The scores are taken in parts, so that those of the arenas fit in memory.
  package mutating func run(
    _ body: (Difference) throws(StoreError) -> Void
  ) throws(StoreError) {
    let passes = max(1, (clumpCount + Self.entryLimit - 1) / Self.entryLimit)
    for buckets in (0..<index.map.bucketCount).split(into: passes) { try compare(buckets, body) }
  }

  private mutating func compare(
    _ buckets: Range<Int>, _ body: (Difference) throws(StoreError) -> Void
  ) throws(StoreError) {
    var clumps: [ArenaDirectories.Element] = []
    try directories.visit { clump throws(StoreError) in
      if buckets.contains(index.map.bucket(of: clump.entry.score)) { clumps.append(clump) }
    }
    clumps.sort { $0.entry < $1.entry }
    var rest = clumps[...]
    var blank = BlankBuckets()
    for number in buckets {
      let here = rest.prefix { index.map.bucket(of: $0.entry.score) == number }
      rest = rest.dropFirst(here.count)
      guard let section = index.section(ofBucket: number) else { continue }
      if here.isEmpty, blank.contains(number, of: section) { continue }
      let difference = try compare(number, of: section, here)
      if !difference.isEmpty { try body(difference) }
    }
  }

  private mutating func compare(
    _ number: Int, of section: IndexSection, _ clumps: ArraySlice<ArenaDirectories.Element>
  ) throws(StoreError) -> Difference {
    let header = section.header
    let entries = try section.entries(ofBucket: number)
    entryCount += entries.count
    var difference = Difference(
      section: section.partition.name,
      offset: header.base + (number - header.buckets.lowerBound) * header.blockSize,
      bucket: number,
      isInOrder: (try? section.bucket(number).isSound(as: number, of: index.map)) == true)
    difference.note(entries, beside: clumps)
    if let bloom {
      for clump in clumps where clump.isIndexed {
        let isThere = try bloom.mayContain(clump.entry.score)
        if !isThere { difference.missingFromBloom.append(clump.entry.score) }
      }
    }
    return difference
  }
}

extension IndexComparison.Difference {
  /// Notes what is wrong with the entries of a bucket, to which some clumps belong.
  fileprivate mutating func note(
    _ entries: [IndexEntry], beside clumps: ArraySlice<ArenaDirectories.Element>
  ) {
    let byAddress = Dictionary(clumps.map { ($0.entry.address, $0.entry) }) { first, _ in first }
    for entry in entries {
      let expected = byAddress[entry.address]
      if let expected, BlockKey(expected) == BlockKey(entry) {
        if expected != entry { wrong.append((entry, expected)) }
      } else {
        spurious.append(entry)
      }
    }
    var known = Set(entries.map(BlockKey.init)).subtracting(spurious.map(BlockKey.init))
    for clump in clumps where clump.isIndexed && known.insert(BlockKey(clump.entry)).inserted {
      missing.append(clump.entry)
    }
  }
}
