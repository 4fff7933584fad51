internal import VentiCore

/// The records of a directory, a block at a time, as they stand in its streams.
///
/// Two blocks of entries or so are in memory besides, however many files there are.
struct RecordBlocks {
  /// A block of records, or what is known of one that is lost.
  struct Part {
    /// The records, sorted.
    var loader: DirectoryLoader
    /// The entries of their streams.
    let slots: SlotTable
    /// Whether every block that was needed could be read.
    let isComplete: Bool
  }

  /// The directory.
  let reference: DirectoryReference
  /// Where its blocks come from.
  let source: any BlockSource
  private let keepsRecords: Bool
  private var records: StreamScan
  private var window: SlotWindow
  private var numbers = TakenNumbers()

  /// Begins with the first block, and asks for what comes first.
  init(
    _ reference: DirectoryReference, keepsRecords: Bool = false, in source: any BlockSource
  ) throws(ArchiveError) {
    self.reference = reference
    self.keepsRecords = keepsRecords
    self.source = source
    records = try Directory.scan(reference.metadata, source)
    let entries = try Directory.scan(reference.entries, source)
    source.prefetch([records.top, entries.top].compactMap(\.self))
    window = SlotWindow(reference.entries, entries, in: source)
  }

  /// The next block; nil after the last one.
  ///
  /// - Throws: errors that are not of one block.
  mutating func next() throws(ArchiveError) -> Part? {
    guard let piece = try nextPiece() else { return nil }
    return try part(of: piece)
  }

  /// The next block as it is read; nil after the last one.
  mutating func nextPiece() throws(ArchiveError) -> StreamScan.Piece? { try records.next() }

  /// The records of a block, unparsed; nil where they cannot be read.
  mutating func records(of piece: StreamScan.Piece) throws(ArchiveError) -> RecordSequence? {
    guard case .leaf(_, _, let leaf) = piece,
      let block = try? MetadataBlock(parsing: leaf, leafSize: reference.metadata.leafSize),
      let slots = block.slots,
      let table = try window.table(of: slots, records: block.count)
    else { return nil }
    return RecordSequence(block, table)
  }

  /// The records of a block, parsed.
  mutating func part(of piece: StreamScan.Piece) throws(ArchiveError) -> Part {
    var loader = DirectoryLoader(keepsRecords: keepsRecords)
    let isLost = loader.add(piece, leafSize: reference.metadata.leafSize)
    loader.sort()
    let table = try window.table(of: loader)
    return Part(loader: loader, slots: table, isComplete: !isLost && table.isComplete)
  }

  /// The block as a directory of its own, with numbers that no block before has.
  mutating func directory(of part: Part) -> Directory {
    Directory(
      part.loader, part.slots, of: reference, isComplete: part.isComplete, numbers: &numbers)
  }
}

extension DirectoryLoader {
  /// Adds a piece of the stream of records.
  ///
  /// - Returns: whether it is lost.
  mutating func add(
    _ piece: StreamScan.Piece, leafSize: Int,
    where isWanted: (ArraySlice<UInt8>) -> Bool = { _ in true }
  ) -> Bool {
    switch piece {
    case .leaf(_, _, let block):
      add(block, leafSize: leafSize, where: isWanted)
      return false
    case .lost(_, _, let error):
      omit(.unreadable(error))
      return true
    }
  }
}
