internal import VentiCore

/// Makes an index, or a bloom filter, anew from the directories of the arenas.
struct IndexRebuilder {
  /// Called with how many clumps of how many have been looked at.
  typealias Progress = @Sendable (_ done: Int, _ total: Int) -> Void

  /// Entries in memory at a time: 256 MiB.
  ///
  /// The directories are read as often as needed.
  static let entryLimit = 4 << 20
  /// How many clumps are looked at between reports.
  private static let progressStep = 65536

  let directories: ArenaDirectories
  let progress: Progress?
  var entryLimit = Self.entryLimit

  /// Fills buckets that have no entries yet.
  ///
  /// - Parameter ranges: the buckets; all of the index when nil.
  /// - Returns: how many blocks belong there.
  /// - Throws: `StoreError.inconsistent` when their buckets have no room for all.
  func fill(_ index: Index, _ ranges: [Range<Int>]? = nil) throws(StoreError) -> Int {
    let total = try directories.clumpCount()
    let passes = max(1, (total + entryLimit - 1) / entryLimit)
    var entryCount = 0
    var overflow = 0
    for buckets in ranges ?? [0..<index.map.bucketCount] {
      for part in buckets.split(into: passes) {
        let entries = try entries(in: part, of: index, total)
        entryCount += entries.count
        overflow += try IndexWriter(index: index).merge(entries).count
      }
    }
    guard overflow == 0 else { throw index.hasNoRoom(for: overflow) }
    return entryCount
  }

  /// The entries of some buckets in order, one to a block: that of its first clump.
  private func entries(
    in buckets: Range<Int>, of index: Index, _ total: Int
  ) throws(StoreError) -> [IndexEntry] {
    var entries: [IndexEntry] = []
    try forEachEntry(total) { entry throws(StoreError) in
      if buckets.contains(index.map.bucket(of: entry.score)) { entries.append(entry) }
    }
    entries.sort { ($0.score, $0.typeValue, $0.address) < ($1.score, $1.typeValue, $1.address) }
    var last: BlockKey?
    entries.removeAll { entry in
      defer { last = BlockKey(entry) }
      return BlockKey(entry) == last
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
