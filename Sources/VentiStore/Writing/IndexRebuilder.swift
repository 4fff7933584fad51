internal import VentiCore

/// Makes an index, or a bloom filter, anew from the directories of the arenas.
struct IndexRebuilder {
  /// Called with how many clumps of how many have been looked at.
  typealias Progress = @Sendable (_ done: Int, _ total: Int) -> Void

  /// What an entry takes in memory while it is put in order, and written.
  private static let entryByteCount = 160
  /// Entries that are put in order at a time, however little memory there may be.
  private static let leastEntryLimit = 1024
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

  /// Checks that buckets have room for all blocks, or for all but what no tail counts as indexed.
  ///
  /// Reads the directories once, and where there are more clumps than room once more, to tell copies
  /// from blocks.
  ///
  /// - Parameter buckets: those that count; all of the index when nil.
  /// - Throws: `StoreError.inconsistent` when they have not.
  func checkRoom(_ index: Index, _ buckets: Range<Int>? = nil) throws(StoreError) {
    let buckets = buckets ?? 0..<index.map.bucketCount
    let crowded = try crowdedBuckets(index, among: buckets)
    guard !crowded.isEmpty else { return }
    var chooser = BucketChooser(index, directories)
    let sorter = ClumpSorter(directories, memoryByteCount: memoryByteCount)
    try sorter.visit(index.map.scores(of: crowded)) { entry throws(StoreError) in
      try chooser.add(entry) { _, _ in }
    }
    try chooser.finish { _, _ in }
    guard chooser.lostCount == 0 else { throw index.hasNoRoom(for: chooser.lostCount) }
  }

  /// From the first to the last bucket to which more clumps belong than it has room for.
  private func crowdedBuckets(
    _ index: Index, among buckets: Range<Int>
  ) throws(StoreError) -> Range<Int> {
    let capacity = Bucket.capacity(blockSize: index.table.blockSize)
    let count = countReadings(of: buckets.count)
    var found: Range<Int>?
    for (number, range) in buckets.split(into: count).enumerated() {
      var counts = [UInt32](repeating: 0, count: range.count)
      try forEachEntry(reading: number, of: count + 1) { entry in
        let bucket = index.map.bucket(of: entry.score)
        if range.contains(bucket) { counts[bucket - range.lowerBound] &+= 1 }
      }
      for (offset, count) in counts.enumerated() where count > capacity {
        let bucket = range.lowerBound + offset
        found = (found?.lowerBound ?? bucket)..<bucket + 1
      }
    }
    return found ?? 0..<0
  }

  /// How often all directories are read to count what belongs to so many buckets.
  ///
  /// What tails know, the number of clumps in an arena, says nothing of the buckets that they go to.
  private func countReadings(of buckets: Int) -> Int {
    let limit = max(memoryByteCount, 1 << 16) / MemoryLayout<UInt32>.size
    return (buckets + limit - 1) / limit
  }

  /// Fills buckets that have no entries yet, and that nobody takes for an index until they are full.
  ///
  /// - Parameter ranges: the buckets, each range within a section; all of the index when nil.
  /// - Returns: what was found in the directories.
  /// - Throws: `StoreError.inconsistent` when their buckets have no room for all, as `checkRoom`.
  func fill(_ index: Index, _ ranges: [Range<Int>]? = nil) throws(StoreError) -> RebuildCount {
    let ranges = ranges ?? index.sections.compactMap { $0?.header.buckets }
    let total = directories.clumpCount
    // Scores are spread evenly, but not exactly so.
    var scratch = IndexScratch(
      index, ranges, count: 2 * total / entryLimit + 1, memoryByteCount: memoryByteCount / 2)
    let counted = countReadings(of: index.map.bucketCount)
    let clumpCount = try forEachEntry(reading: counted, of: counted + 1) {
      entry throws(StoreError) in try scratch.add(entry)
    }
    var chooser = BucketChooser(index, directories)
    for numbers in scratch.groups {
      if scratch.bins[numbers.lowerBound].holdsAll {
        try fill(numbers.lowerBound, of: &scratch, &chooser)
      } else {
        try fillAgain(scratch.drop(numbers), of: index, &chooser)
      }
    }
    for case .some(let section) in index.sections { try section.partition.sync() }
    guard chooser.lostCount == 0 else { throw index.hasNoRoom(for: chooser.lostCount) }
    return RebuildCount(clumps: clumpCount, blocks: chooser.count)
  }

  /// Writes the buckets of a bin that holds all that belongs there.
  private func fill(
    _ number: Int, of scratch: inout IndexScratch, _ chooser: inout BucketChooser
  ) throws(StoreError) {
    var filler = BucketFiller(scratch.bins[number])
    var entries = try scratch.takeEntries(of: number)
    entries.sortForBuckets()
    for entry in entries {
      try chooser.add(entry) { bucket, entries throws(StoreError) in
        try filler.write(bucket, entries)
      }
    }
    try chooser.finish { bucket, entries throws(StoreError) in try filler.write(bucket, entries) }
    try filler.finish()
  }

  /// Writes the buckets of neighbouring bins that had no room for all, from the directories once more.
  private func fillAgain(
    _ bins: [IndexScratch.Bin], of index: Index, _ chooser: inout BucketChooser
  ) throws(StoreError) {
    var fillers = bins.map(BucketFiller.init)
    var current = 0
    func write(_ bucket: Int, _ entries: [IndexEntry]) throws(StoreError) {
      while !bins[current].buckets.contains(bucket) { current += 1 }
      try fillers[current].write(bucket, entries)
    }
    let buckets = bins[0].buckets.lowerBound..<bins[bins.count - 1].buckets.upperBound
    let sorter = ClumpSorter(directories, memoryByteCount: memoryByteCount / 2)
    try sorter.visit(index.map.scores(of: buckets)) { entry throws(StoreError) in
      try chooser.add(entry, write)
    }
    try chooser.finish(write)
    for number in fillers.indices { try fillers[number].finish() }
  }

  /// Sets the bits of all blocks in an empty filter.
  ///
  /// - Returns: how many clumps have a block.
  func fill(_ bloom: BloomBits) throws(StoreError) -> Int {
    var scores: [Score] = []
    let clumpCount = try forEachEntry(reading: 0, of: 1) { entry throws(StoreError) in
      scores.append(entry.score)
      guard scores.count >= Self.progressStep else { return }
      try bloom.insert(scores)
      scores = []
    }
    try bloom.insert(scores)
    try bloom.partition.sync()
    return clumpCount
  }

  /// Reads all directories, and tells how far that is, as one of several readings.
  ///
  /// - Returns: how many entries there are.
  @discardableResult
  private func forEachEntry(
    reading number: Int, of count: Int, _ body: (IndexEntry) throws(StoreError) -> Void
  ) throws(StoreError) -> Int {
    let total = directories.clumpCount
    var done = 0
    try directories.visit { entry throws(StoreError) in
      done += 1
      if done % Self.progressStep == 0 { progress?((number * total + done) / count, total) }
      try body(entry)
    }
    progress?((number + 1) * total / count, total)
    return done
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
