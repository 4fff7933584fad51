public import VentiCore

/// A directory that is asked for names in `ArchiveOrder`, one after the other.
///
/// Where the records stand in that order, as we write them, it is read along with the names: two
/// blocks of records and their entries are in memory, however many files there are. Where they do
/// not, as in a large directory by plan9port, a limited number of files is gathered at a time, as
/// soon as that shows: see `NameRange`. What was asked for before is not looked for again: a name may
/// be missed, and is never taken for another.
public struct DirectoryCursor {
  /// The records of a block.
  private struct Chunk {
    let directory: Directory
    let firstName: [UInt8]
    let lastName: [UInt8]

    init?(_ directory: Directory) {
      let order = directory.archiveOrder
      guard let first = order.first, let last = order.last else { return nil }
      self.directory = directory
      firstName = directory.name(at: first)
      lastName = directory.name(at: last)
    }
  }

  /// Directories of a block that are asked for before they are met.
  private static let directoriesAhead = 64

  private let rangeLimit: Int
  private var blocks: RecordBlocks
  private var current: Chunk?
  /// What comes after it is looked at in time: it tells whether the records are in order.
  private var following: Chunk?
  /// The first fault for which names may be missing that the directory has, until it is taken.
  private var fault: Omission?
  /// What is asked for now, where the records are in no order.
  private var range: NameRange?

  /// Begins with the first names.
  ///
  /// What the directories in it begin with is asked for ahead.
  ///
  /// - Parameter rangeLimit: files that are gathered together where they are in no order: 10 MB or so
  ///   of them.
  public init(
    _ reference: DirectoryReference, in source: any BlockSource, rangeLimit: Int = 1 << 16
  ) throws(ArchiveError) {
    self.rangeLimit = rangeLimit
    blocks = try RecordBlocks(reference, keepsRecords: true, in: source)
    current = try nextChunk()
    try follow(nil)
  }

  /// Whether the records are known to be in no order.
  public var isUnordered: Bool { range != nil }

  /// The file called `name`, which does not stand before the name that was asked for before; where the
  /// records are in order, its table keeps them.
  ///
  /// - Throws: errors that are not of one block; what is damaged counts as not there.
  public mutating func file(named name: [UInt8]) throws(ArchiveError) -> DirectoryFile? {
    while range == nil, let last = current?.lastName, ArchiveOrder.isOrdered(last, name) {
      current = following
      try follow(name)
    }
    if let range, !range.covers(name) { try gather(from: name) }
    guard let directory = range?.directory ?? current?.directory,
      let position = directory.position(of: name)
    else { return nil }
    return DirectoryFile(directory: directory, position: position)
  }

  /// Tells the first fault so far for which names may be missing that the directory has, once.
  public mutating func takeFault() -> Omission? { fault.take() }

  /// Reads what comes after the current block.
  ///
  /// - Parameter name: what is asked for; nil where nothing has been so far.
  private mutating func follow(_ name: [UInt8]?) throws(ArchiveError) {
    following = nil
    guard range == nil, let current, let next = try nextChunk() else { return }
    if ArchiveOrder.isOrdered(current.lastName, next.firstName) {
      following = next
    } else {
      try gather(from: name)
    }
  }

  private mutating func gather(from name: [UInt8]?) throws(ArchiveError) {
    (current, following, range) = (nil, nil, nil)
    let range = try NameRange(
      of: blocks.reference, from: name.map { .at($0) } ?? .first, limit: rangeLimit,
      in: blocks.source)
    take(range.directory)
    self.range = range
  }

  private mutating func nextChunk() throws(ArchiveError) -> Chunk? {
    while let part = try blocks.next() {
      let directory = blocks.directory(of: part)
      take(directory)
      if let chunk = Chunk(directory) { return chunk }
    }
    return nil
  }

  /// Notes what a table lacks, and asks ahead for the directories in it.
  private mutating func take(_ directory: Directory) {
    fault = fault ?? directory.omissions.first(where: \.hidesNames)
    guard directory.subdirectoryCount > 0 else { return }
    let below = (0..<directory.count).lazy.filter { directory.kind(at: $0) == .directory }
    blocks.source.prefetch(below.prefix(Self.directoriesAhead).flatMap { directory[$0].tops })
  }
}
