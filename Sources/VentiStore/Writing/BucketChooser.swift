internal import VentiCore

/// Chooses what goes into the buckets of an index that is made anew: one entry a block, that of its
/// first clump, and where a bucket has no room for all, the oldest, as if they had come one by one.
///
/// So what is left out stands at the end of the log, where the tails do not count it as indexed: a
/// start finds it there, and keeps it in memory.
struct BucketChooser {
  /// Blocks that came.
  private(set) var count = 0
  /// Blocks for which there is no room, although a tail counts them as indexed.
  private(set) var lostCount = 0

  private let map: BucketMap
  private let capacity: Int
  private let directories: ArenaDirectories
  private var bucket = 0
  private var entries: [IndexEntry] = []
  private var last: BlockKey?

  /// Chooses for the buckets of an index.
  init(_ index: Index, _ directories: ArenaDirectories) {
    map = index.map
    capacity = Bucket.capacity(blockSize: index.table.blockSize)
    self.directories = directories
  }

  /// Takes an entry: by score, by type, and by address they come.
  ///
  /// - Parameter write: called with the entries of a bucket once all have come.
  mutating func add(
    _ entry: IndexEntry, _ write: (Int, [IndexEntry]) throws(StoreError) -> Void
  ) throws(StoreError) {
    guard BlockKey(entry) != last else { return }
    last = BlockKey(entry)
    let number = map.bucket(of: entry.score)
    if number != bucket { try finish(write) }
    bucket = number
    count += 1
    entries.append(entry)
    // Now and then, so that what one bucket is to hold takes no more memory than two have room for.
    if entries.count >= 2 * capacity { leaveOut() }
  }

  /// Ends with the last bucket.
  mutating func finish(
    _ write: (Int, [IndexEntry]) throws(StoreError) -> Void
  ) throws(StoreError) {
    guard !entries.isEmpty else { return }
    leaveOut()
    try write(bucket, entries.sorted())
    entries.removeAll(keepingCapacity: true)
  }

  private mutating func leaveOut() {
    guard entries.count > capacity else { return }
    entries.sort { $0.address < $1.address }
    lostCount += entries[capacity...].count { directories.isIndexed($0.address) }
    entries.removeSubrange(capacity...)
  }
}
