internal import VentiCore

/// Compares a bucket with the clumps that belong there, which come in order.
struct BucketComparison {
  typealias Difference = IndexComparison.Difference

  /// What is wrong with one bucket is told in pieces of about so many blocks.
  private static let differenceLimit = 4096

  private let directories: ArenaDirectories
  private let bloom: BloomBits?
  /// The entries of the bucket, in order.
  private let entries: [IndexEntry]
  /// Which of them point to a clump of their block.
  private var isConfirmed: [Bool]
  /// Those of the block whose clumps are coming.
  private var candidates = 0..<0
  /// The first clump of that block, and the first one that is counted as indexed.
  private var first: IndexEntry?
  private var firstIndexed: IndexEntry?
  private var difference: Difference

  /// Entries of the bucket.
  var entryCount: Int { entries.count }

  /// Reads a bucket.
  init(
    _ number: Int, of section: IndexSection, _ map: BucketMap, _ directories: ArenaDirectories,
    _ bloom: BloomBits?
  ) throws(StoreError) {
    self.directories = directories
    self.bloom = bloom
    entries = try section.entries(ofBucket: number)
    isConfirmed = Array(repeating: false, count: entries.count)
    difference = Difference(
      section: section.partition.name, offset: section.offset(ofBucket: number), bucket: number)
    difference.isInOrder = (try? section.bucket(number).isSound(as: number, of: map)) == true
  }

  /// Compares with the next clump.
  mutating func compare(
    _ clump: IndexEntry, _ body: (Difference) throws(StoreError) -> Void
  ) throws(StoreError) {
    if first.map({ BlockKey($0) != BlockKey(clump) }) ?? true {
      try finishBlock()
      first = clump
      candidates = entries(of: clump)
      if difference.missing.count + difference.missingFromBloom.count >= Self.differenceLimit {
        try tell(body)
      }
    }
    if firstIndexed == nil, directories.isIndexed(clump.address) { firstIndexed = clump }
    for index in candidates where entries[index].address == clump.address {
      isConfirmed[index] = true
      if entries[index] != clump { difference.wrong.append((entries[index], clump)) }
    }
  }

  /// Ends the comparison.
  mutating func finish(
    _ body: (Difference) throws(StoreError) -> Void
  ) throws(StoreError) {
    try finishBlock()
    difference.spurious = zip(entries, isConfirmed).filter { !$1 }.map(\.0)
    try tell(body)
  }

  /// The entries of the block of a clump, which are at or after those of the block before it.
  private func entries(of clump: IndexEntry) -> Range<Int> {
    let rest = entries[candidates.upperBound...]
    let start = rest.firstIndex { !($0 < clump) } ?? entries.endIndex
    let end = entries[start...].firstIndex { clump < $0 } ?? entries.endIndex
    return start..<end
  }

  /// Notes what is wrong with a block all of whose clumps have come.
  private mutating func finishBlock() throws(StoreError) {
    // Clumps that are one too many for the memory are left out.
    for index in candidates where !isConfirmed[index] {
      isConfirmed[index] = directories.isGenuine(entries[index])
    }
    if let firstIndexed {
      if !candidates.contains(where: { isConfirmed[$0] }) {
        difference.missing.append(firstIndexed)
      }
      if let bloom, try !bloom.mayContain(firstIndexed.score) {
        difference.missingFromBloom.append(firstIndexed.score)
      }
    }
    firstIndexed = nil
  }

  private mutating func tell(
    _ body: (Difference) throws(StoreError) -> Void
  ) throws(StoreError) {
    if !difference.isEmpty { try body(difference) }
    difference = Difference(
      section: difference.section, offset: difference.offset, bucket: difference.bucket)
  }
}
