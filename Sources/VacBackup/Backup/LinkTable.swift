internal import Posix
internal import VentiCore

/// The files that have several names, until all of them have been met: each is stored once.
///
/// Those of which a name is not in the tree stay to the end, however many they are. So memory has a few
/// bytes of each, and not even these where they are very many.
struct LinkTable {
  /// What makes names those of one file.
  struct Key {
    fileprivate static let byteCount = 12

    fileprivate let identity: FileStatus.Identity

    /// - Returns: nil for a file that has one name.
    init?(_ status: FileStatus) {
      guard status.linkCount > 1, status.kind != .directory else { return nil }
      identity = status.identity
    }
  }

  /// A file that is in the table.
  struct File {
    fileprivate static let byteCount = 8 + 4 + Entry.byteCount

    /// Its number.
    let qid: UInt64
    /// Whether a name of it had been met before.
    fileprivate(set) var isKnown = true
    fileprivate let key: [UInt8]
    fileprivate let place: Int
    /// Names that are still to come.
    fileprivate var namesLeft: UInt32
    /// The contents, once the first name has been stored; nil too when that failed.
    fileprivate var contents: Entry?

    fileprivate var bytes: [UInt8] {
      var writer = ByteWriter(capacity: Self.byteCount)
      writer.uint64(qid)
      writer.uint32(namesLeft)
      contents?.write(to: &writer)
      writer.pad(to: Self.byteCount)
      return writer.bytes
    }
  }

  private static let placeByteCount = 6

  private let scratch: Scratch
  /// The file systems that were met: a number of one takes less than its name.
  private var fileSystems: [UInt64: UInt32] = [:]
  /// Where files are in the heap.
  private var places: ByteTable
  private var files: ByteHeap
  /// Names whose turn has not come.
  private var waitingCount = 0

  init(_ scratch: Scratch) {
    self.scratch = scratch
    places = ByteTable(
      keyCount: Key.byteCount, valueCount: Self.placeByteCount, scratch)
    files = ByteHeap(scratch)
  }

  /// Finds the file of a name, or adds it.
  ///
  /// - Parameter number: gives a new file its number.
  mutating func file(
    _ key: Key, linkCount: UInt64, number: () -> UInt64
  ) throws(ScratchError) -> File {
    waitingCount += 1
    let key = bytes(of: key)
    let place = files.end
    var writer = ByteWriter(capacity: Self.placeByteCount)
    writer.uint48(UInt64(place))
    if let known = try places.insert(writer.bytes, for: key) {
      let place = known.reduce(0) { $0 << 8 | Int($1) }
      return try file(key, at: place)
    }
    let file = File(
      qid: number(), isKnown: false, key: key, place: place,
      namesLeft: UInt32(clamping: linkCount - 1), contents: nil)
    _ = try files.append(file.bytes)
    return file
  }

  /// Notes what came of the first name.
  mutating func settle(_ file: File, contents: Entry?) throws(ScratchError) {
    waitingCount -= 1
    var file = try self.file(file.key, at: file.place)
    file.contents = contents
    try files.set(file.bytes, at: file.place)
  }

  /// The contents for a later name, whose turn has come; nil when there are none.
  mutating func takeContents(for file: File) throws(ScratchError) -> Entry? {
    waitingCount -= 1
    var file = try self.file(file.key, at: file.place)
    file.namesLeft -= min(1, file.namesLeft)
    if file.namesLeft > 0 {
      try files.set(file.bytes, at: file.place)
    } else {
      try places.remove(file.key)
      if places.count == 0, waitingCount == 0 { files.removeAll() }
    }
    return file.contents
  }

  private func file(_ key: [UInt8], at place: Int) throws(ScratchError) -> File {
    let bytes = try files.bytes(File.byteCount, at: place)
    return try scratch.parsing { () throws(FormatError) in
      var reader = ByteReader(Block(bytes).bytes, of: "link")
      return try File(
        qid: reader.uint64(), key: key, place: place, namesLeft: reader.uint32(),
        contents: Entry.parse(&reader))
    }
  }

  private mutating func bytes(of key: Key) -> [UInt8] {
    let fileSystem = fileSystems[key.identity.fileSystem] ?? UInt32(fileSystems.count)
    fileSystems[key.identity.fileSystem] = fileSystem
    var writer = ByteWriter(capacity: Key.byteCount)
    writer.uint32(fileSystem)
    writer.uint64(key.identity.inode)
    return writer.bytes
  }
}
