public import VentiCore

/// The files at the top of an archive, made ready for another one, in `ArchiveOrder`.
///
/// They are read as they are asked for, so that memory does not grow with them.
public struct MergedFiles: Sendable {
  /// What comes next.
  public enum Step: Sendable {
    /// A file.
    case file(MergedFile)
    /// What had to be left out, and why.
    case omission(String)
  }

  private var tables: OrderedTables
  /// Nil where records stay as they are.
  private var numbers: MergeNumbers?
  private var table: Directory?
  private var order: [Int] = []
  private var position = 0
  /// The last one first.
  private var omissions: [Omission] = []

  /// The files of a directory, with the numbers that they have.
  init(
    of directory: DirectoryReference, from source: any BlockSource,
    rangeLimit: Int = OrderedTables.rangeLimit
  ) throws(ArchiveError) {
    let survey = try MergeSurvey(directory, rangeLimit: rangeLimit, in: source)
    try self.init(directory, survey, numbers: nil, rangeLimit: rangeLimit, from: source)
  }

  fileprivate init(
    _ directory: DirectoryReference, _ survey: MergeSurvey, numbers: MergeNumbers?,
    rangeLimit: Int, from source: any BlockSource
  ) throws(ArchiveError) {
    tables = try OrderedTables(
      directory, isOrdered: survey.isOrdered, rangeLimit: rangeLimit, in: source)
    self.numbers = numbers
  }

  /// The next file, or what is told of one; nil after the last one.
  ///
  /// - Throws: errors that are not of one block.
  public mutating func next() throws(ArchiveError) -> Step? {
    while true {
      if let omission = omissions.popLast() { return .omission(omission.description) }
      if let table, position < order.count {
        position += 1
        return step(table, order[position - 1])
      }
      guard let next = try tables.next() else { return nil }
      (table, order, position) = (next.directory, next.directory.archiveOrder, 0)
      omissions = next.omissions.reversed()
    }
  }

  private mutating func step(_ table: Directory, _ place: Int) -> Step {
    do throws(ArchiveError) {
      return .file(try table.mergedFile(at: place) { numbers?.renumber(&$0) })
    } catch {
      let name = quoted(String(decoding: table.name(at: place), as: UTF8.self))
      return .omission("file \(name): \(error)")
    }
  }
}

extension ArchiveWriter {
  /// Makes the top-level files of an archive ready to be added to this one.
  ///
  /// They are read twice: once here, for the numbers that all of them need together, and once as
  /// they are asked for.
  ///
  /// - Parameter rangeLimit: files that are held together where they are in no order.
  public mutating func merge(
    _ archive: Archive, from source: any BlockSource, rangeLimit: Int = 1 << 16
  ) throws(ArchiveError) -> MergedFiles {
    let survey = try MergeSurvey(archive.directory, rangeLimit: rangeLimit, in: source)
    let maximum = max(archive.topSpace?.maximum ?? archive.top.qid, survey.maximum)
    let offset = numbers.reserve(maximum: maximum)
    let own = MergeNumbers(offset: offset, maximum: maximum, numbers: numbers)
    numbers.skip(survey.ownNumberCount)
    return try MergedFiles(
      archive.directory, survey, numbers: own, rangeLimit: rangeLimit, from: source)
  }
}
