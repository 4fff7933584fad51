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

  /// Fills sections that have been laid out and have no entries yet.
  ///
  /// - Returns: how many entries their buckets had no room for.
  func fill(_ index: Index) throws(StoreError) -> Int {
    let total = try directories.clumpCount()
    let passes = max(1, (total + entryLimit - 1) / entryLimit)
    var overflow = 0
    for pass in 0..<passes {
      let buckets =
        index.map.bucketCount * pass / passes..<index.map.bucketCount * (pass + 1) / passes
      var entries: [IndexEntry] = []
      try forEachEntry(total) { entry throws(StoreError) in
        if buckets.contains(index.map.bucket(of: entry.score)) { entries.append(entry) }
      }
      overflow += try IndexWriter(index: index).merge(Self.unique(entries)).count
    }
    return overflow
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

  /// One entry to a block, the one with the lowest address, in order.
  private static func unique(_ entries: [IndexEntry]) -> [IndexEntry] {
    let byKey = Dictionary(entries.map { (BlockKey($0), $0) }) { left, right in
      left.address <= right.address ? left : right
    }
    return byKey.values.sorted()
  }
}
