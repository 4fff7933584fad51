internal import VentiCore

/// Clumps of all arenas in the order of their scores, in a bounded memory.
///
/// The scores are taken in parts, for each of which the directories are read once. A part that turns
/// out to be too large is cut: its end is left for the next one.
struct ClumpSorter {
  /// What a clump takes while a part is put in order: an entry, and half of one for sorting.
  private static let clumpByteCount = 48
  /// Clumps in memory at a time, however little memory there may be.
  private static let leastLimit = 4096

  let directories: ArenaDirectories
  /// Clumps in memory at a time.
  let limit: Int

  /// Sorts in so many bytes of memory.
  init(_ directories: ArenaDirectories, memoryByteCount: Int) {
    self.directories = directories
    limit = max(memoryByteCount / Self.clumpByteCount, Self.leastLimit)
  }

  /// Calls `body` with the clumps of some scores: by score, then by type, then by address.
  ///
  /// Of many clumps with the same block some may be left out, but never the first.
  func visit(
    _ scores: ScoreSpan = .all, _ body: (IndexEntry) throws(StoreError) -> Void
  ) throws(StoreError) {
    let expected = Double(directories.clumpCount) * scores.share
    // Scores are spread evenly, but not exactly so.
    let share = min(1, 0.9 * Double(limit) / max(1, expected)) * scores.share
    var rest: ScoreSpan? = scores
    while let span = rest {
      var part = SortedPart(span.prefix(share), limit: limit, of: directories.clumpCount)
      try directories.visit { entry throws(StoreError) in part.add(entry) }
      for entry in part.sorted() { try body(entry) }
      rest = span.rest(after: part.span)
    }
  }
}

/// The clumps of a part of the scores.
private struct SortedPart {
  /// The scores that are taken; fewer when there is no room for all.
  private(set) var span: ScoreSpan
  private let limit: Int
  private var entries: [IndexEntry] = []

  init(_ span: ScoreSpan, limit: Int, of clumpCount: Int) {
    self.span = span
    self.limit = limit
    // Never made larger, for which both the old and the new would have to be in memory.
    entries.reserveCapacity(min(limit, clumpCount))
  }

  mutating func add(_ entry: IndexEntry) {
    guard span.contains(entry.score) else { return }
    if entries.count == limit { makeRoom() }
    entries.append(entry)
  }

  mutating func sorted() -> [IndexEntry] {
    entries.sortForBuckets()
    return entries
  }

  /// Lets go of copies, and if that is not much of the end of the span.
  private mutating func makeRoom() {
    entries.sortForBuckets()
    entries.removeCopies()
    guard entries.count > limit / 4 * 3 else { return }
    span.last = entries[limit / 2].score
    let end = entries[(limit / 2)...].firstIndex { $0.score > span.last }
    entries.removeSubrange((end ?? entries.count)...)
  }
}

/// Scores from one on to another.
struct ScoreSpan: Equatable {
  static let all = ScoreSpan(after: nil, last: Score(words: .max, .max, .max))

  /// The score before the first one; nil when that is the lowest there is.
  var after: Score?
  /// The last score.
  var last: Score

  func contains(_ score: Score) -> Bool {
    score <= last && after.map { $0 < score } ?? true
  }

  /// The part of all scores that belongs to the span, about.
  var share: Double {
    (Double(last.words.0) - Double(after?.words.0 ?? 0)) / 0x1p64
  }

  /// The beginning of the span that has some share of all scores.
  func prefix(_ share: Double) -> ScoreSpan {
    let width = UInt64(exactly: max(1, (share * 0x1p64).rounded(.up))) ?? .max
    let (prefix, isBeyond) = (after?.words.0 ?? 0).addingReportingOverflow(width)
    guard !isBeyond, prefix < last.words.0 else { return self }
    return ScoreSpan(after: after, last: Score(words: prefix, .max, .max))
  }

  /// What comes after a prefix of the span; nil when that is all.
  func rest(after prefix: ScoreSpan) -> ScoreSpan? {
    prefix.last < last ? ScoreSpan(after: prefix.last, last: last) : nil
  }
}

extension BucketMap {
  /// The scores that belong to some buckets.
  func scores(of buckets: Range<Int>) -> ScoreSpan {
    ScoreSpan(
      after: buckets.lowerBound == 0 ? nil : lastScore(before: buckets.lowerBound),
      last: lastScore(before: buckets.upperBound))
  }

  private func lastScore(before bucket: Int) -> Score {
    guard bucket < bucketCount else { return ScoreSpan.all.last }
    return Score(words: UInt64(bucket * divisor) << 32 - 1, .max, .max)
  }
}

extension [IndexEntry] {
  /// Puts the entries in the order of buckets, and those of one block in that of its clumps.
  mutating func sortForBuckets() {
    sort { ($0.score, $0.typeValue, $0.address) < ($1.score, $1.typeValue, $1.address) }
  }

  /// Leaves one entry to a block, of entries in order: that of its first clump.
  fileprivate mutating func removeCopies() {
    var last: BlockKey?
    removeAll { entry in
      defer { last = BlockKey(entry) }
      return BlockKey(entry) == last
    }
  }
}
