/// How much may wait in memory, and how much has to before a thread takes it without being asked.
extension StoreEngine {
  /// Clumps that may wait for the index, however many full buckets keep out of it: these stay in
  /// memory, and must not have the others indexed one by one.
  private static let leastUnindexedLimit = 1024

  /// Whether one more clump may wait in memory.
  func hasRoom(_ state: WriteState) -> Bool {
    state.unwrittenByteCount < options.unwrittenByteLimit && unindexedRoom(state) > 0
  }

  /// How many more clumps may wait for the index.
  func unindexedRoom(_ state: WriteState) -> Int {
    unindexedLimit(state) - state.unindexed.count
  }

  /// Whether so much waits to be written that the log thread takes it.
  func isLogDue(_ state: WriteState) -> Bool {
    state.unwrittenByteCount >= min(1 << 20, options.unwrittenByteLimit)
  }

  /// Whether so many clumps wait for the index that the index thread takes them.
  func isIndexDue(_ state: WriteState) -> Bool {
    state.unindexed.count >= max(1, unindexedLimit(state) / 2)
  }

  /// How many threads have enough to do.
  ///
  /// Who adds something wakes them only as this grows: once they run, they see the rest.
  func readyThreadCount(_ state: WriteState) -> Int {
    (isLogDue(state) ? 1 : 0) + (isIndexDue(state) ? 1 : 0)
  }

  /// Clumps that may wait for the index beside those that full buckets keep out of it.
  private func unindexedLimit(_ state: WriteState) -> Int {
    let limit = max(1, options.unindexedClumpLimit)
    return max(limit - state.overflow.count, min(limit, Self.leastUnindexedLimit))
  }
}
