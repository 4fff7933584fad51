internal import Posix
internal import VentiCore

/// The buckets of an index that is written to while it is read.
///
/// The system does not write a bucket at once: who reads it meanwhile may see one page as it was and
/// the next as it will be, and miss an entry that has been there for years. So what is being written
/// is read from memory, and what was read while a writing began is read again.
final class LiveBuckets: Sendable {
  fileprivate struct State: Sendable {
    /// What is being written, by number of the bucket.
    var entries: [Int: [IndexEntry]] = [:]
    /// How often a writing has begun.
    var generation = 0
    /// What is blank as long as no writing begins.
    var blank = BlankRanges()
  }

  private let index: Index
  private let state = Monitor(State())

  init(of index: Index) {
    self.index = index
  }

  /// Says what is about to be written.
  func begin(_ records: [IndexJournal.Record]) {
    state.withLock { state in
      state.generation += 1
      state.blank = BlankRanges()
      for record in records { state.entries[record.bucket] = record.entries }
    }
  }

  /// Says that all of it is written; after an error it stays in memory for good.
  func end() {
    state.withLock { $0.entries.removeAll(keepingCapacity: true) }
  }

  /// Whether the bucket of a score is in a hole of its file, so that nothing in it needs to be read.
  ///
  /// The index of a new store is all holes. To read one takes longer than to hash a block, and fills
  /// the system's memory with zeros.
  func isBlank(for score: Score) -> Bool {
    let bucket = index.map.bucket(of: score)
    let (generation, answer) = state.withLock { ($0.generation, $0.isBlank(bucket)) }
    if let answer { return answer }
    guard let section = index.section(ofBucket: bucket) else { return false }
    let blank = bucket..<section.firstFilledBucket(from: bucket)
    return state.withLock { state in
      guard state.generation == generation else { return false }
      state.blank.insert(blank)
      return !blank.isEmpty
    }
  }

  /// Finds the entries of a block.
  func entries(for score: Score, _ type: BlockType) throws(StoreError) -> [IndexEntry] {
    try entries(for: score, type, in: index)
  }

  /// Finds the entries of a block, by another way to read the same index.
  func entries(
    for score: Score, _ type: BlockType, in index: Index
  ) throws(StoreError) -> [IndexEntry] {
    let bucket = index.map.bucket(of: score)
    while true {
      let (generation, new) = state.withLock { ($0.generation, $0.entries[bucket]) }
      if let new { return new.filter { $0.score == score && $0.typeValue == type.wireValue } }
      let found = try index.entries(for: score, type)
      if state.withLock({ $0.generation }) == generation { return found }
    }
  }
}

extension LiveBuckets.State {
  /// Whether a bucket is blank; nil when the file has to be asked.
  fileprivate func isBlank(_ bucket: Int) -> Bool? {
    // What is being written may look blank a moment longer.
    guard entries.isEmpty, blank.areWorthwhile else { return false }
    return blank.contains(bucket) ? true : nil
  }
}
