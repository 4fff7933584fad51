internal import VentiCore

/// Makes an index, or a bloom filter, anew from the directories of the arenas.
struct IndexRebuilder {
  /// Called with how many clumps of how many have been looked at.
  typealias Progress = @Sendable (_ done: Int, _ total: Int) -> Void

  /// What an entry takes in memory while it is put in order, and written.
  private static let entryByteCount = 160
  /// Entries that are put in order at a time, however little memory there may be.
  private static let leastEntryLimit = 1024
  /// Bytes of buckets in one write.
  private static let runByteCount = 1 << 20
  /// How many clumps are looked at between reports.
  private static let progressStep = 65536

  let directories: ArenaDirectories
  /// Bytes of memory to use.
  let memoryByteCount: Int
  let progress: Progress?

  /// Entries in memory at a time; half of the memory is for those that come meanwhile.
  private var entryLimit: Int {
    max(memoryByteCount / 2 / Self.entryByteCount, Self.leastEntryLimit)
  }

  /// Fills buckets that have no entries yet, and that nobody takes for an index until they are full.
  ///
  /// - Parameter ranges: the buckets, each range within a section; all of the index when nil.
  /// - Returns: how many blocks belong there.
  /// - Throws: `StoreError.inconsistent` when their buckets have no room for all.
  func fill(_ index: Index, _ ranges: [Range<Int>]? = nil) throws(StoreError) -> Int {
    let ranges = ranges ?? index.sections.compactMap { $0?.header.buckets }
    let total = try directories.clumpCount()
    // Scores are spread evenly, but not exactly so.
    var scratch = IndexScratch(
      index, ranges, count: 2 * total / entryLimit + 1, memoryByteCount: memoryByteCount / 2)
    try forEachEntry(total) { entry throws(StoreError) in try scratch.add(entry) }
    var (count, overflow) = (0, 0)
    for number in scratch.bins.indices {
      let result = try fill(number, of: &scratch, index)
      count += result.count
      overflow += result.overflow
    }
    for case .some(let section) in index.sections { try section.partition.sync() }
    guard overflow == 0 else { throw index.hasNoRoom(for: overflow) }
    return count
  }

  /// Writes the buckets of a bin.
  private func fill(
    _ number: Int, of scratch: inout IndexScratch, _ index: Index
  ) throws(StoreError) -> (count: Int, overflow: Int) {
    let entries =
      scratch.bins[number].holdsAll
      ? try scratch.takeEntries(of: number)
      : try self.entries(in: scratch.bins[number].buckets, of: index)
    let unique = Self.firstOfEach(entries)
    let overflow = try write(unique, to: scratch.bins[number], of: index)
    return (unique.count, overflow)
  }

  /// The entries in order, one to a block: that of its first clump.
  private static func firstOfEach(_ entries: [IndexEntry]) -> [IndexEntry] {
    var entries = entries
    entries.sort { ($0.score, $0.typeValue, $0.address) < ($1.score, $1.typeValue, $1.address) }
    var last: BlockKey?
    entries.removeAll { entry in
      defer { last = BlockKey(entry) }
      return BlockKey(entry) == last
    }
    return entries
  }

  /// Writes buckets over what was put aside there.
  ///
  /// - Returns: how many entries their buckets have no room for.
  private func write(
    _ entries: [IndexEntry], to bin: IndexScratch.Bin, of index: Index
  ) throws(StoreError) -> Int {
    let blockSize = bin.section.header.blockSize
    let capacity = Bucket.capacity(blockSize: blockSize)
    var rest = entries[...]
    var overflow = 0
    var records: [IndexJournal.Record] = []
    for bucket in bin.buckets {
      let here = rest.prefix { index.map.bucket(of: $0.score) == bucket }
      guard !here.isEmpty || bucket < bin.endOfUsed else { continue }
      rest = rest.dropFirst(here.count)
      overflow += max(0, here.count - capacity)
      records.append(IndexJournal.Record(bucket: bucket, entries: Array(here.prefix(capacity))))
      guard records.count * blockSize >= Self.runByteCount else { continue }
      try bin.section.write(records)
      records.removeAll(keepingCapacity: true)
    }
    try bin.section.write(records)
    return overflow
  }

  /// The entries of some buckets, from the directories once more.
  private func entries(in buckets: Range<Int>, of index: Index) throws(StoreError) -> [IndexEntry] {
    var entries: [IndexEntry] = []
    try directories.visit { clump throws(StoreError) in
      if buckets.contains(index.map.bucket(of: clump.entry.score)) { entries.append(clump.entry) }
    }
    return entries
  }

  /// Sets the bits of all blocks in an empty filter.
  func fill(_ bloom: BloomBits) throws(StoreError) {
    var scores: [Score] = []
    try forEachEntry(try directories.clumpCount()) { entry throws(StoreError) in
      scores.append(entry.score)
      guard scores.count >= Self.progressStep else { return }
      try bloom.insert(scores)
      scores = []
    }
    try bloom.insert(scores)
    try bloom.partition.sync()
  }

  private func forEachEntry(
    _ total: Int, _ body: (IndexEntry) throws(StoreError) -> Void
  ) throws(StoreError) {
    var done = 0
    try directories.visit { clump throws(StoreError) in
      done += 1
      if done % Self.progressStep == 0 { progress?(done, total) }
      try body(clump.entry)
    }
    progress?(total, total)
  }
}

extension Range<Int> {
  /// The range in `count` parts, as equal as can be.
  func split(into count: Int) -> [Range<Int>] {
    (0..<count).map { part in
      let low = lowerBound + self.count * part / count
      return low..<lowerBound + self.count * (part + 1) / count
    }
  }
}

extension Index {
  /// An error that says how an index is made larger.
  func hasNoRoom(for count: Int) -> StoreError {
    .inconsistent(
      place: "index \(quoted(table.name))",
      reason: "has no room for \(count) blocks: 'venti grow' makes a larger one")
  }
}
