public import VentiCore

/// A directory that is asked for names in `ArchiveOrder`, one after the other.
///
/// Where the records stand in that order, as we write them, it is read along with the names: two
/// blocks of records and their entries are in memory, however many files there are. Where they do
/// not, as in a large directory by plan9port, it is read whole as soon as that shows. What was
/// asked for before is not looked for again: a name may be missed, and is never taken for another.
public struct DirectoryCursor {
  /// The records of a block.
  private struct Chunk {
    let directory: Directory
    let firstName: [UInt8]
    let lastName: [UInt8]

    init?(_ directory: Directory) {
      let names = (0..<directory.count).map(directory.name)
      guard let first = names.min(by: ArchiveOrder.isOrdered),
        let last = names.max(by: ArchiveOrder.isOrdered)
      else { return nil }
      self.directory = directory
      firstName = first
      lastName = last
    }
  }

  /// Slots of a record: those of its streams, and that of its attributes.
  private static let slotsPerRecord = 3
  /// Directories of a block that are asked for before they are met.
  private static let directoriesAhead = 64

  private let reference: DirectoryReference
  private let source: any BlockSource
  private var records: StreamScan
  private var slots: SlotWindow
  private var current: Chunk?
  /// What comes after it is looked at in time: it tells whether the records are in order.
  private var following: Chunk?
  /// All of the directory, where its records are in no order.
  private var whole: Directory?

  /// Begins with the first names.
  ///
  /// What the directories in it begin with is asked for ahead.
  public init(
    _ reference: DirectoryReference, in source: any BlockSource
  ) throws(ArchiveError) {
    self.reference = reference
    self.source = source
    records = try Directory.scan(reference.metadata, source)
    let entries = try Directory.scan(reference.entries, source)
    source.prefetch([records.top, entries.top].compactMap(\.self))
    slots = SlotWindow(reference.entries, entries)
    current = try nextChunk()
    try follow()
  }

  /// Whether the directory was read whole, because its records are in no order.
  public var isWhole: Bool { whole != nil }

  /// The file called `name`, which does not stand before the name that was asked for before.
  ///
  /// - Throws: errors that are not of one block; what is damaged counts as not there.
  public mutating func item(named name: [UInt8]) throws(ArchiveError) -> Item? {
    while let chunk = current, whole == nil, ArchiveOrder.isOrdered(chunk.lastName, name) {
      current = following
      try follow()
    }
    guard let directory = whole ?? current?.directory,
      let position = directory.position(of: name)
    else { return nil }
    return directory[position]
  }

  /// Reads what comes after the current block.
  private mutating func follow() throws(ArchiveError) {
    following = nil
    guard whole == nil, let current, let next = try nextChunk() else { return }
    if ArchiveOrder.isOrdered(current.lastName, next.firstName) {
      following = next
    } else {
      try readWhole()
    }
  }

  private mutating func readWhole() throws(ArchiveError) {
    let directory = try Directory(loading: reference, from: source)
    askAhead(directory)
    whole = directory
    (current, following) = (nil, nil)
  }

  private mutating func nextChunk() throws(ArchiveError) -> Chunk? {
    while let piece = try records.next() {
      guard case .leaf(_, _, let block) = piece else { continue }
      var loader = DirectoryLoader()
      loader.add(block, leafSize: reference.metadata.leafSize)
      guard let range = loader.slots else { continue }
      let end = range.upperBound - 1 + Self.slotsPerRecord
      guard let slots = try slots.table(of: range.lowerBound..<end) else {
        try readWhole()
        return nil
      }
      let directory = Directory(loader, slots, of: reference, isComplete: slots.isComplete)
      askAhead(directory)
      return Chunk(directory)
    }
    return nil
  }

  private func askAhead(_ directory: Directory) {
    guard directory.subdirectoryCount > 0 else { return }
    let below = (0..<directory.count).lazy.filter { directory.kind(at: $0) == .directory }
    source.prefetch(below.prefix(Self.directoriesAhead).flatMap { directory[$0].tops })
  }
}

extension DirectoryLoader {
  /// The slots of the records' streams, from the first to the last; nil where there is no record.
  fileprivate var slots: Range<Int>? {
    let first = rows.lazy.map { row in
      row.kind == .directory ? min(row.slot, row.metadataSlot) : row.slot
    }
    let last = rows.lazy.map { row in
      row.kind == .directory ? max(row.slot, row.metadataSlot) : row.slot
    }
    guard let lowest = first.min(), let highest = last.max() else { return nil }
    return Int(lowest)..<Int(highest) + 1
  }
}
