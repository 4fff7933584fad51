public import VentiCore

/// A directory that is asked for names in `ArchiveOrder`, one after the other.
///
/// Where the records stand in that order, as we write them, it is read along with the names: two
/// blocks of records and their entries are in memory, however many files there are. Where they do
/// not, as in a large directory by plan9port, a limited number of files is gathered at a time, as
/// soon as that shows: see `NameRange`. What was asked for before is not looked for again: a name may
/// be missed, and is never taken for another.
///
/// A block's records are parsed once a name is asked for. Whoever knows what the next record would say if
/// nothing had changed asks for that record first, which takes a fraction of the time.
public struct DirectoryCursor {
  /// A block of records.
  private struct Chunk {
    let piece: StreamScan.Piece
    /// The records as they lie there; nil where they cannot be read.
    var records: RecordSequence?
    /// The records, parsed.
    var table: Table?
  }

  private struct Table {
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
  /// What comes after the current block, where its records are parsed: it tells whether the records are in
  /// order.
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
    blocks = try RecordBlocks(reference, in: source)
  }

  /// Whether the records are known to be in no order.
  public var isUnordered: Bool { range != nil }

  /// The stream of a file's contents, if the next record of the directory is this one but for slot and
  /// number; then it is passed.
  ///
  /// - Parameter record: of a file that is no directory, in the version that is written; it does not stand
  ///   before the name that was asked for before.
  /// - Throws: errors that are not of one block.
  public mutating func takeStream(ofRecord record: RawSpan) throws(ArchiveError) -> Entry? {
    guard range == nil else { return nil }
    while current?.records?.isAtEnd ?? (current == nil) {
      current = following.take()
      if current == nil { current = try nextChunk() }
      if current == nil { return nil }
    }
    return current?.records?.takeStream(of: record)
  }

  /// The file called `name`, which does not stand before the name that was asked for before.
  ///
  /// - Throws: errors that are not of one block; what is damaged counts as not there.
  public mutating func item(named name: [UInt8]) throws(ArchiveError) -> Item? {
    try move(to: name)
    guard let directory = range?.directory ?? current?.table?.directory,
      let position = directory.position(of: name)
    else { return nil }
    return directory[position]
  }

  /// Tells the first fault so far for which names may be missing that the directory has, once.
  public mutating func takeFault() -> Omission? { fault.take() }

  /// Has the part of the directory at hand, parsed, in which a name is if it is there.
  private mutating func move(to name: [UInt8]) throws(ArchiveError) {
    while range == nil {
      if let chunk = current, chunk.table == nil { current = try parsed(chunk) }
      if current == nil { current = try nextParsed() }
      try follow(name)
      guard let last = current?.table?.lastName, ArchiveOrder.isOrdered(last, name) else { break }
      current = following.take()
    }
    current?.records?.skip(through: name)
    if let range, !range.covers(name) { try gather(from: name) }
  }

  /// Reads what comes after the current block, if that has not been done.
  private mutating func follow(_ name: [UInt8]) throws(ArchiveError) {
    guard let table = current?.table, following == nil, let next = try nextParsed() else { return }
    if let first = next.table?.firstName, ArchiveOrder.isOrdered(table.lastName, first) {
      following = next
    } else {
      try gather(from: name)
    }
  }

  private mutating func gather(from name: [UInt8]) throws(ArchiveError) {
    (current, following, range) = (nil, nil, nil)
    let range = try NameRange(
      of: blocks.reference, from: .at(name), limit: rangeLimit, in: blocks.source)
    take(range.directory)
    self.range = range
  }

  private mutating func nextChunk() throws(ArchiveError) -> Chunk? {
    guard let piece = try blocks.nextPiece() else { return nil }
    return Chunk(piece: piece, records: try blocks.records(of: piece))
  }

  /// The next block that has records, parsed.
  private mutating func nextParsed() throws(ArchiveError) -> Chunk? {
    while let chunk = try nextChunk() {
      if let chunk = try parsed(chunk) { return chunk }
    }
    return nil
  }

  /// Parses a block; nil when there is no record in it.
  private mutating func parsed(_ chunk: Chunk) throws(ArchiveError) -> Chunk? {
    let directory = blocks.directory(of: try blocks.part(of: chunk.piece))
    take(directory)
    guard let table = Table(directory) else { return nil }
    var chunk = chunk
    chunk.table = table
    return chunk
  }

  /// Notes what a table lacks, and asks ahead for the directories in it.
  private mutating func take(_ directory: Directory) {
    fault = fault ?? directory.omissions.first(where: \.hidesNames)
    guard directory.subdirectoryCount > 0 else { return }
    let below = (0..<directory.count).lazy.filter { directory.kind(at: $0) == .directory }
    blocks.source.prefetch(below.prefix(Self.directoriesAhead).flatMap { directory[$0].tops })
  }
}
