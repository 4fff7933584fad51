internal import VentiCore

/// All files of a directory in `ArchiveOrder`, as tables of some of them, with their whole records.
///
/// Where the records stand in that order, a table has those of a block; where they do not, it is a
/// `NameRange`. So memory does not grow with the files.
struct OrderedTables {
  /// The next files.
  struct Table {
    let directory: Directory
    /// What no table before has told.
    let omissions: [Omission]
  }

  /// Files of a range: with their records, 20 MB or so of them.
  static let rangeLimit = 1 << 16

  private let reference: DirectoryReference
  private let source: any BlockSource
  private let rangeLimit: Int
  /// Nil where the records are in no order.
  private var blocks: RecordBlocks?
  /// Where the next range begins; nil after the last one.
  private var start: NameRange.Start? = .first

  /// - Parameter isOrdered: whether the records stand in `ArchiveOrder`.
  init(
    _ reference: DirectoryReference, isOrdered: Bool, rangeLimit: Int, in source: any BlockSource
  ) throws(ArchiveError) {
    self.reference = reference
    self.source = source
    self.rangeLimit = rangeLimit
    if isOrdered { blocks = try RecordBlocks(reference, keepsRecords: true, in: source) }
  }

  /// The next table; nil after the last one.
  ///
  /// - Throws: errors that are not of one block.
  mutating func next() throws(ArchiveError) -> Table? {
    guard blocks == nil else {
      guard let part = try blocks?.next(), let table = blocks?.directory(of: part) else {
        return nil
      }
      return Table(directory: table, omissions: table.omissions)
    }
    guard let start else { return nil }
    let range = try NameRange(
      of: reference, from: start, limit: rangeLimit, keepsRecords: true, in: source)
    self.start = range.end.map { .after($0) }
    return Table(directory: range.directory, omissions: range.omissions)
  }
}
