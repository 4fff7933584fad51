internal import VentiCore

/// What has to be known of a directory before the first of its files gets a number in another
/// archive.
struct MergeSurvey {
  /// Whether the records stand in `ArchiveOrder`.
  let isOrdered: Bool
  /// The greatest number.
  let maximum: UInt64
  /// How many numbers records take that have a space of their own.
  let ownNumberCount: UInt64

  /// Reads all records.
  init(
    _ directory: DirectoryReference, rangeLimit: Int, in source: any BlockSource
  ) throws(ArchiveError) {
    var count = Count()
    var tables = try OrderedTables(
      directory, isOrdered: true, rangeLimit: rangeLimit, in: source)
    var isOrdered = true
    while isOrdered, let table = try tables.next()?.directory { isOrdered = count.add(table) }
    if !isOrdered {
      count = Count()
      tables = try OrderedTables(directory, isOrdered: false, rangeLimit: rangeLimit, in: source)
      while let table = try tables.next()?.directory { _ = count.add(table) }
    }
    self.isOrdered = isOrdered
    maximum = count.maximum
    ownNumberCount = count.own.numbers.unused &- FileNumbers().unused
  }

  private struct Count {
    var maximum: UInt64 = 0
    var own = MergeNumbers(offset: 0, maximum: .max, numbers: FileNumbers())
    private var last: [UInt8]?

    /// - Returns: whether the files come after those before.
    mutating func add(_ table: Directory) -> Bool {
      let order = table.archiveOrder
      guard let first = order.first, let end = order.last else { return true }
      if let last, !ArchiveOrder.isOrdered(last, table.name(at: first)) { return false }
      last = table.name(at: end)
      for place in order {
        maximum = max(maximum, table.qid(at: place))
        if table.hasOwnSpace(at: place) {
          _ = try? table.mergedFile(at: place) { own.renumber(&$0) }
        }
      }
      return true
    }
  }
}
