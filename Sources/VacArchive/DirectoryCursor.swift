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
      let order = directory.archiveOrder
      guard let first = order.first, let last = order.last else { return nil }
      self.directory = directory
      firstName = directory.name(at: first)
      lastName = directory.name(at: last)
    }
  }

  /// Directories of a block that are asked for before they are met.
  private static let directoriesAhead = 64

  private var blocks: RecordBlocks
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
    blocks = try RecordBlocks(reference, in: source)
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
    let directory = try Directory(loading: blocks.reference, from: blocks.source)
    askAhead(directory)
    whole = directory
    (current, following) = (nil, nil)
  }

  private mutating func nextChunk() throws(ArchiveError) -> Chunk? {
    while let part = try blocks.next() {
      let directory = blocks.directory(of: part)
      askAhead(directory)
      if let chunk = Chunk(directory) { return chunk }
    }
    return nil
  }

  private func askAhead(_ directory: Directory) {
    guard directory.subdirectoryCount > 0 else { return }
    let below = (0..<directory.count).lazy.filter { directory.kind(at: $0) == .directory }
    blocks.source.prefetch(below.prefix(Self.directoriesAhead).flatMap { directory[$0].tops })
  }
}
