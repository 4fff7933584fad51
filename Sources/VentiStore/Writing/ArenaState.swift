/// What the engine knows of an arena.
struct ArenaState: Sendable {
  /// The tail as it will be written next.
  var tail: ArenaTail
  /// Whether the tail on disk says something else.
  var isTailDirty = false
  /// Whether clumps or directory entries were written since the partition was last synced.
  var isDataDirty = false
  /// Whether a full bucket keeps clumps of this arena out of the index.
  var isStuck = false
  /// What is in the index, or kept out of it by a full bucket.
  var passed: ArenaStatistics
  /// What there is up to the last clump that was put in line for the index.
  private var entered: ArenaStatistics
  /// What there is up to a clump, by its address, where that is not what the clumps add up to.
  private var corrections: [UInt64: ArenaStatistics] = [:]

  init(tail: ArenaTail) {
    self.tail = tail
    passed = tail.indexed
    entered = tail.indexed
  }

  /// Notes that the index passes over a part, which it has or has no room for.
  mutating func pass(upTo statistics: ArenaStatistics) {
    (isStuck, passed, entered) = (true, statistics, statistics)
  }

  /// Counts a clump that is put in line for the index.
  ///
  /// - Parameter statistics: what there is up to and with it.
  mutating func enter(_ clump: UnindexedClump, upTo statistics: ArenaStatistics) {
    entered.add(clump.info)
    guard entered != statistics else { return }
    corrections[clump.address] = statistics
    entered = statistics
  }

  /// Counts a clump, the first in line, as indexed, or kept out of the index.
  mutating func pass(_ clump: UnindexedClump) {
    passed.add(clump.info)
    if let correction = corrections.removeValue(forKey: clump.address) { passed = correction }
  }
}
