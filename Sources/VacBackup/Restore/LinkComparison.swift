internal import Posix
internal import VentiCore

/// Which file each name should be, of those that the archive has by several names.
struct LinkComparison {
  /// The first name met of a file.
  private struct File {
    static let byteCount = 28

    let identity: FileStatus.Identity
    /// Where the name is.
    let place: Int
    /// Names that have been compared.
    var done: UInt32

    init(_ identity: FileStatus.Identity, place: Int) {
      (self.identity, self.place, done) = (identity, place, 1)
    }

    init(parsing bytes: [UInt8]) throws(FormatError) {
      var reader = ByteReader(Block(bytes).bytes, of: "link")
      identity = try FileStatus.Identity(fileSystem: reader.uint64(), inode: reader.uint64())
      place = try Int(clamping: reader.uint64())
      done = try reader.uint32()
    }

    var bytes: [UInt8] {
      var writer = ByteWriter(capacity: Self.byteCount)
      writer.uint64(identity.fileSystem)
      writer.uint64(identity.inode)
      writer.uint64(UInt64(place))
      writer.uint32(done)
      return writer.bytes
    }
  }

  private let scratch: Scratch
  private var files: ByteTable
  private var places: LinkPlaces

  init(_ log: DirectoryLog, _ scratch: Scratch) {
    self.scratch = scratch
    files = ByteTable(
      keyCount: HardLinks.Key.byteCount, valueCount: File.byteCount, scratch)
    places = LinkPlaces(log, scratch)
  }

  /// Compares a name of a file, which has `count`, with the first one met.
  ///
  /// - Returns: the path of that one, if it is another file there.
  mutating func add(
    _ key: HardLinks.Key, _ identity: FileStatus.Identity, _ name: [UInt8],
    in directory: TreeDirectory, of count: Int
  ) throws(ScratchError) -> [UInt8]? {
    guard let bytes = try files.value(for: key.bytes) else {
      let place = try places.add(name, in: directory)
      try files.set(File(identity, place: place).bytes, for: key.bytes)
      return nil
    }
    var file = try scratch.parsing { () throws(FormatError) in try File(parsing: bytes) }
    file.done += 1
    let original = file.identity == identity ? nil : try places.name(at: file.place)
    if file.done < count {
      try files.set(file.bytes, for: key.bytes)
    } else {
      try files.remove(key.bytes)
      if files.count == 0 { places.removeAll() }
    }
    return original.map { $0.directory.path(to: $0.name) }
  }
}
