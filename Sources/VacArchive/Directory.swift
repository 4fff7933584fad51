public import VentiCore

/// A directory, read once: an immutable table, sorted by name.
///
/// A million files take some 150 MB and need no object each. A name is found by binary search.
/// Safe to use from many threads.
public final class Directory: Sendable {
  /// The longest stream of entries or records that is read: 2 GiB, some ten million files.
  static let streamByteLimit = 1 << 31

  /// The most blocks of either stream that are read, pointer blocks included.
  public static let blockLimit = 1 << 21

  private let rows: [DirectoryRow]
  private let names: [UInt8]
  private let texts: [[UInt8]]
  private let unix: Block
  private let slots: SlotTable
  private let spaces: [Int: NumberSpace]

  /// What the directory was read from.
  public let reference: DirectoryReference
  /// What is not shown as it should be: the first hundred faults.
  public let omissions: [Omission]
  /// The number of all faults.
  public let omissionCount: Int
  /// Directories in this one.
  public let subdirectoryCount: Int
  /// Whether every block could be read.
  ///
  /// What is missing may be there another time.
  public let isComplete: Bool

  /// Reads both streams of a directory.
  ///
  /// Damage costs only what is in the damaged place: `omissions` tells of it.
  ///
  /// - Parameter blockLimit: blocks of either stream that are read; a made-up directory, whose
  ///   trees name the same blocks again and again, ends there.
  /// - Throws: `ArchiveError.block` for an error that is not of one block, such as
  ///   `notInMemory` or a lost connection; other errors when the directory as a whole makes no
  ///   sense.
  public convenience init(
    loading reference: DirectoryReference, from source: any BlockSource,
    blockLimit: Int = Directory.blockLimit
  ) throws(ArchiveError) {
    var metadataScan = try Self.scan(reference.metadata, source, blockLimit)
    var entriesScan = try Self.scan(reference.entries, source, blockLimit)
    source.prefetch([metadataScan.top, entriesScan.top].compactMap(\.self))
    var loader = DirectoryLoader()
    var isComplete = true
    while let piece = try metadataScan.next() {
      if loader.add(piece, leafSize: reference.metadata.leafSize) { isComplete = false }
    }
    loader.sort()
    let slots = try SlotTable(reference.entries) { () throws(ArchiveError) in
      try entriesScan.next()
    }
    var numbers = TakenNumbers()
    self.init(
      loader, slots, of: reference, isComplete: isComplete && slots.isComplete, numbers: &numbers)
  }

  /// Makes a table of the records that a loader has gathered and sorted.
  ///
  /// - Parameter numbers: those of other files of the directory.
  init(
    _ loader: consuming DirectoryLoader, _ slots: SlotTable, of reference: DirectoryReference,
    isComplete: Bool, numbers: inout TakenNumbers
  ) {
    spaces = loader.number(reference, &numbers)
    rows = loader.rows
    names = loader.names
    texts = loader.texts.texts
    unix = Block(loader.unix)
    omissions = loader.omissions
    omissionCount = loader.omissionCount
    subdirectoryCount = loader.rows.reduce(0) { $0 + ($1.kind == .directory ? 1 : 0) }
    self.slots = slots
    self.isComplete = isComplete
    self.reference = reference
  }

  /// Begins to read one of the streams of a directory.
  static func scan(
    _ entry: Entry, _ source: any BlockSource, _ blockLimit: Int = blockLimit
  ) throws(ArchiveError) -> StreamScan {
    guard entry.size <= streamByteLimit else {
      throw .tooLarge(subject: "directory", size: entry.size, limit: streamByteLimit)
    }
    return try StreamScan(entry, in: source, blockLimit: blockLimit)
  }

  /// The places of the files in `ArchiveOrder`.
  public var archiveOrder: [Int] { DirectoryRow.archiveOrder(of: rows, names) }

  /// Files in the directory.
  public var count: Int { rows.count }

  /// Bytes of memory that the table takes.
  public var memoryCount: Int {
    rows.count * MemoryLayout<DirectoryRow>.stride + names.count + unix.memoryCount
      + slots.memoryCount + texts.reduce(0) { $0 + $1.count + 48 } + spaces.count * 64 + 256
  }

  /// The place of the file called `name`, from 0; nil when there is none.
  public func position(of name: [UInt8]) -> Int? {
    let key = DirectoryRow.key(of: name)
    var low = 0
    var high = rows.count
    while low < high {
      let middle = (low + high) / 2
      if isBefore(rows[middle], key, name) { low = middle + 1 } else { high = middle }
    }
    guard low < rows.count, rows[low].key == key, rows[low].nameCount == name.count,
      names[rows[low].nameRange].hasSameBytes(as: name[...])
    else { return nil }
    return low
  }

  private func isBefore(_ row: DirectoryRow, _ key: UInt64, _ name: [UInt8]) -> Bool {
    guard row.key == key else { return row.key < key }
    let count = Int(row.nameCount)
    var place = 8
    // The key has told all of shorter names. Slices would cost more than the comparison.
    while place < min(count, name.count) {
      let byte = names[Int(row.nameStart) + place]
      if byte != name[place] { return byte < name[place] }
      place += 1
    }
    return count < name.count
  }

  /// The name of a file, by its place in the order of names.
  ///
  /// - Precondition: `position` is in `0..<count`; so for the following.
  public func name(at position: Int) -> [UInt8] { Array(names[rows[position].nameRange]) }

  /// What a file is.
  public func kind(at position: Int) -> FileKind { rows[position].kind }

  /// A file's inode number.
  public func number(at position: Int) -> UInt64 { rows[position].number }

  /// The number in a file's record.
  func qid(at position: Int) -> UInt64 { rows[position].qid }

  /// Whether a file's record says how the numbers below it become unique.
  func hasOwnSpace(at position: Int) -> Bool { rows[position].hasOwnSpace }

  /// A file's whole record, of a table that keeps them.
  ///
  /// Unix metadata that is not used, as an omission tells, is not in it.
  func record(at position: Int) throws(FormatError) -> Record {
    let row = rows[position]
    return try Record(
      parsing: Block(Array(names[row.textRange])), usesUnix: row.unixCount > 0)
  }

  /// A file.
  public subscript(position: Int) -> Item {
    let row = rows[position]
    let unix = unixMetadata(row)
    return Item(
      name: Array(names[row.nameRange]), kind: row.kind,
      permissions: row.traits & DirectoryRow.permissions,
      isAppendOnly: row.traits & DirectoryRow.appendOnly != 0,
      isExclusive: row.traits & DirectoryRow.exclusive != 0,
      owner: texts[Int(row.owner)], group: texts[Int(row.group)],
      modified: FileTime(row.modified, unix?.modified),
      changed: FileTime(row.changed, unix?.rest(\.changed)),
      accessed: FileTime(row.accessed, unix?.rest(\.accessed)),
      qid: row.qid, number: row.number, unix: unix, contents: contents(row, position),
      attributeStream: attributeStream(unix))
  }

  private func unixMetadata(_ row: DirectoryRow) -> UnixMetadata? {
    guard row.unixCount > 0 else { return nil }
    let start = Int(row.unixStart)
    // Loading has parsed the same bytes.
    return try? UnixMetadata.parse(unix[start..<start + Int(row.unixCount)].bytes)
  }

  private func contents(_ row: DirectoryRow, _ position: Int) -> Item.Contents {
    do throws(ArchiveError) {
      let isDirectory = row.kind == .directory
      let entry = try slots.entry(
        Int(row.slot), generation: row.generation, isDirectory: isDirectory)
      guard isDirectory else { return .stream(entry) }
      let metadata = try slots.entry(
        Int(row.metadataSlot), generation: row.metadataGeneration, isDirectory: false)
      return .directory(
        DirectoryReference(
          entries: entry, metadata: metadata, number: row.number,
          space: spaces[position] ?? reference.space))
    } catch {
      return .damaged(error)
    }
  }

  private func attributeStream(_ unix: UnixMetadata?) -> Result<Entry, ArchiveError>? {
    guard case .slot(let slot) = unix?.attributes else { return nil }
    return Result { () throws(ArchiveError) in
      try slots.entry(Int(slot), generation: 0, isDirectory: false)
    }
  }
}
