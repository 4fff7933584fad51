internal import VentiCore

/// Where names of linked files are in the target, for as long as other names may come.
struct LinkPlaces {
  private static let headerByteCount = 10

  private let scratch: Scratch
  /// The directories, which need not be in memory for it.
  private let log: DirectoryLog
  private var heap: ByteHeap

  init(_ log: DirectoryLog, _ scratch: Scratch) {
    self.scratch = scratch
    self.log = log
    heap = ByteHeap(scratch)
  }

  /// Notes a name.
  ///
  /// - Returns: its place.
  mutating func add(
    _ name: [UInt8], in directory: TreeDirectory
  ) throws(ScratchError) -> Int {
    var writer = ByteWriter(capacity: Self.headerByteCount + name.count)
    writer.uint64(UInt64(try log.note(directory)))
    writer.uint16(UInt16(name.count))
    writer.raw(name)
    return try heap.append(writer.bytes)
  }

  /// What was noted at a place.
  func name(at place: Int) throws(ScratchError) -> (directory: TreeDirectory, name: [UInt8]) {
    let header = try heap.bytes(Self.headerByteCount, at: place)
    let (directory, count) = try scratch.parsing { () throws(FormatError) in
      var reader = ByteReader(Block(header).bytes, of: "name")
      return try (reader.uint64(), reader.uint16())
    }
    return try (
      log.directory(at: Int(clamping: directory)),
      heap.bytes(Int(count), at: place + Self.headerByteCount)
    )
  }

  /// Forgets all names.
  mutating func removeAll() { heap.removeAll() }
}
