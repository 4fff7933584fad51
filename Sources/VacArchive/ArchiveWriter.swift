public import VentiCore

/// Writes an archive: hands out the parts for its files and directories, and ends it.
///
/// What an archive's score is depends on what is written into it and on the options here, and on
/// nothing else: not on the time, the user, the store, or a previous archive.
public struct ArchiveWriter: Sendable {
  /// The store that the archive goes to.
  public let store: any BlockStore
  /// The sizes of its blocks.
  public let layout: BlockLayout
  /// Whether all that plan9port's vac would leave out is left out.
  public let isClassic: Bool
  /// The numbers of its files.
  public internal(set) var numbers = FileNumbers()

  /// Begins an archive.
  public init(to store: any BlockStore, layout: BlockLayout, isClassic: Bool = false) {
    self.store = store
    self.layout = layout
    self.isClassic = isClassic
  }

  /// The number of the next file: to be asked for in an order that is always the same, such as
  /// a directory before what is in it.
  public mutating func nextNumber() -> UInt64 { numbers.next() }

  /// Begins the contents of a file.
  public func makeStream(previous: PreviousStream? = nil) -> StreamWriter {
    StreamWriter(to: store, layout: layout, previous: previous)
  }

  /// Begins a directory.
  public func makeDirectory() -> DirectoryWriter {
    DirectoryWriter(to: store, layout: layout, isClassic: isClassic)
  }

  /// Ends the archive, and returns its score once the store has everything for good.
  ///
  /// - Parameters:
  ///   - top: the top directory's streams.
  ///   - previous: the archive that this one was compared with.
  public func finish(
    top: DirectoryStreams, previous: ArchiveScore? = nil
  ) throws(ArchiveError) -> ArchiveScore {
    var slots = EntryWriter(to: store, layout: layout)
    try slots.append(top.entries)
    try slots.append(top.metadata)
    try slots.append(writeTopRecord())
    let root = Root(
      type: Archive.rootType, score: try slots.finish().score, blockSize: layout.leafSize,
      previous: previous?.score ?? .none)
    var writer = ByteWriter(capacity: Root.byteCount)
    root.write(to: &writer)
    let score = try store.store(Block(writer.bytes), .root)
    do throws(BlockError) {
      try store.sync()
    } catch {
      throw .block(error)
    }
    return ArchiveScore(score)
  }

  /// Writes the top directory's own record, the same in every archive but for the numbers.
  private func writeTopRecord() throws(ArchiveError) -> Entry {
    var record = Record(
      name: Array("/".utf8), slot: 0, qid: 0, mode: FileMode(.directory, unixPermissions: 0o777))
    record.owner = Archive.rootType
    record.group = Archive.rootType
    record.space = QidSpace(offset: 0, maximum: numbers.unused)
    var writer = ByteWriter()
    record.write(to: &writer)
    var metadata = MetadataWriter(to: store, layout: layout)
    try metadata.append(writer.bytes)
    return try metadata.finish()
  }
}

/// The numbers of an archive's files, counted from 1.
public struct FileNumbers: Hashable, Sendable {
  /// The next number.
  public private(set) var unused: UInt64 = 1

  /// Begins with 1.
  public init() {}

  /// Takes a number.
  public mutating func next() -> UInt64 {
    defer { unused &+= 1 }
    return unused
  }

  /// Takes numbers for all of another archive, and returns what is to be added to its own,
  /// which are 1...`maximum`.
  mutating func reserve(maximum: UInt64) -> UInt64 {
    let offset = unused
    unused = offset &+ maximum &+ 1
    return offset
  }

  /// Takes so many numbers.
  mutating func skip(_ count: UInt64) { unused &+= count }
}
