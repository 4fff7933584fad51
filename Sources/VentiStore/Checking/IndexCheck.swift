internal import VentiCore

/// Checks the index against the directories of the arenas, both ways, and the bloom filter.
struct IndexCheck {
  let directories: ArenaDirectories
  let index: Index
  let bloom: BloomBits?
  var entryLimit = IndexRebuilder.entryLimit

  /// Runs the check.
  ///
  /// The scores are taken in parts, so that those of the arenas fit in memory.
  func run(_ advance: (Int) throws(StoreError) -> Void) throws(StoreError) -> CheckReport {
    var report = CheckReport()
    for error in index.problems { report.note(.index, error) }
    let total = try directories.clumpCount()
    let passes = max(1, (total + entryLimit - 1) / entryLimit)
    for pass in 0..<passes {
      let buckets =
        index.map.bucketCount * pass / passes..<index.map.bucketCount * (pass + 1) / passes
      let clumps = try clumps(in: buckets)
      try check(buckets, clumps, &report)
      try advance(buckets.count)
    }
    return report
  }

  /// The clumps of the arenas whose blocks belong to some buckets, in order.
  private func clumps(
    in buckets: Range<Int>
  ) throws(StoreError) -> [ArenaDirectories.Element] {
    var clumps: [ArenaDirectories.Element] = []
    try directories.visit { clump throws(StoreError) in
      if buckets.contains(index.map.bucket(of: clump.entry.score)) { clumps.append(clump) }
    }
    return clumps.sorted { $0.entry < $1.entry }
  }

  private func check(
    _ buckets: Range<Int>, _ clumps: [ArenaDirectories.Element], _ report: inout CheckReport
  ) throws(StoreError) {
    var rest = clumps[...]
    var blank = BlankBuckets()
    for number in buckets {
      let here = rest.prefix { index.map.bucket(of: $0.entry.score) == number }
      rest = rest.dropFirst(here.count)
      guard let section = index.section(ofBucket: number) else { continue }
      if here.isEmpty, blank.contains(number, of: section) { continue }
      let bucket = try section.bucket(number)
      let entries = try section.entries(ofBucket: number)
      if (try? bucket.isSound(as: number, of: index.map)) != true {
        note(&report, "bucket \(number) is not in order")
      }
      report.entryCount += entries.count
      compare(entries, here, number, &report)
      try checkBloom(here, &report)
    }
  }

  private func compare(
    _ entries: [IndexEntry], _ clumps: ArraySlice<ArenaDirectories.Element>, _ bucket: Int,
    _ report: inout CheckReport
  ) {
    let addresses = Dictionary(clumps.map { ($0.entry.address, $0.entry) }) { first, _ in first }
    for entry in entries where addresses[entry.address] != entry {
      note(
        &report,
        "bucket \(bucket): entry of \(entry.score) points to \(entry.address), "
          + "where no such clump is")
    }
    let keys = Set(entries.map(BlockKey.init))
    for clump in clumps where clump.isIndexed && !keys.contains(BlockKey(clump.entry)) {
      note(&report, "bucket \(bucket): block \(clump.entry.score) is missing")
    }
  }

  private func checkBloom(
    _ clumps: ArraySlice<ArenaDirectories.Element>, _ report: inout CheckReport
  ) throws(StoreError) {
    guard let bloom else { return }
    for clump in clumps where clump.isIndexed {
      guard try !bloom.mayContain(clump.entry.score) else { continue }
      report.note(
        .bloom,
        .inconsistent(
          place: "partition \(quoted(bloom.partition.name))",
          reason: "block \(clump.entry.score) is missing"))
    }
  }

  private func note(_ report: inout CheckReport, _ reason: String) {
    report.note(
      .index, .inconsistent(place: "index \(quoted(index.table.name))", reason: reason))
  }
}
