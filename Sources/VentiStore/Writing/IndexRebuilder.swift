internal import VentiCore

/// Makes an index, or a bloom filter, anew from the directories of the arenas.
struct IndexRebuilder {
  /// Called with how many clumps of how many have been looked at.
  typealias Progress = @Sendable (_ done: Int, _ total: Int) -> Void

  /// Entries in memory at a time: 256 MiB. The directories are read as often as needed.
  static let entryLimit = 4 << 20

  let slots: [ArenaSlot]
  let progress: Progress?
  var entryLimit = Self.entryLimit

  /// Fills sections that have been laid out and have no entries yet.
  ///
  /// - Returns: how many entries their buckets had no room for.
  func fill(_ index: Index) throws(StoreError) -> Int {
    let total = try clumpCount()
    let writer = IndexWriter(index: index)
    let passes = max(1, (total + entryLimit - 1) / entryLimit)
    var overflow = 0
    var done = 0
    for pass in 0..<passes {
      let words = Self.scores(of: pass, of: passes)
      var entries: [IndexEntry] = []
      try forEachEntry { entry throws(StoreError) in
        done += 1
        if done % 65536 == 0 { progress?(done / passes, total) }
        if words.contains(entry.score.words.0 >> 32) { entries.append(entry) }
      }
      overflow += try writer.merge(Self.unique(entries)).count
    }
    progress?(total, total)
    return overflow
  }

  /// Sets the bits of all blocks in an empty filter.
  func fill(_ bloom: BloomBits) throws(StoreError) {
    let total = try clumpCount()
    var scores: [Score] = []
    var done = 0
    try forEachEntry { entry throws(StoreError) in
      scores.append(entry.score)
      guard scores.count >= 65536 else { return }
      try bloom.insert(scores)
      done += scores.count
      progress?(done, total)
      scores = []
    }
    try bloom.insert(scores)
    try bloom.partition.sync()
    progress?(total, total)
  }

  /// The part of all scores, by their first 32 bits, that one pass takes.
  private static func scores(of pass: Int, of passes: Int) -> Range<UInt64> {
    let scores = 1 << 32
    return UInt64(
      scores / passes * pass)..<UInt64(
        pass + 1 == passes ? scores : scores / passes * (pass + 1))
  }

  /// One entry to a block, the one with the lowest address.
  private static func unique(_ entries: [IndexEntry]) -> [IndexEntry] {
    let sorted = entries.sorted { ($0, $0.address) < ($1, $1.address) }
    var unique: [IndexEntry] = []
    for entry in sorted where unique.last.map({ $0 < entry }) ?? true { unique.append(entry) }
    return unique
  }

  private func clumpCount() throws(StoreError) -> Int {
    var count = 0
    for slot in slots { count += try slot.arena.tail().written.clumpCount }
    return count
  }

  private func forEachEntry(
    _ body: (IndexEntry) throws(StoreError) -> Void
  ) throws(StoreError) {
    for slot in slots {
      let tail = try slot.arena.tail()
      var walk = ClumpWalk(
        slot.arena, magic: tail.clumpMagic, counted: tail.written, from: .first)
      while let result = walk.next() {
        guard
          case .success(let clump) = result,
          clump.position.number < tail.written.clumpCount, clump.info.type != nil
        else { continue }
        let address = UInt64(slot.address + clump.position.offset)
        try body(IndexEntry(of: clump.info, address: address))
      }
    }
  }
}

/// Entries with their addresses, for an order in which the first of a block comes first.
private func < (left: (IndexEntry, UInt64), right: (IndexEntry, UInt64)) -> Bool {
  left.0 < right.0 || !(right.0 < left.0) && left.1 < right.1
}
