import TestSupport
import VacArchive
import VentiCore

/// A file of an archive that a test makes up.
struct TestFile {
  enum Contents {
    case bytes([UInt8])
    case directory([TestFile])
    /// A directory that is in the archive already.
    case streams(DirectoryStreams)
  }

  var description: FileDescription
  var contents: Contents

  func with(_ change: (inout FileDescription) -> Void) -> TestFile {
    var file = self
    change(&file.description)
    return file
  }
}

/// Some moment, to the nanosecond.
let someTime = FileTime(seconds: 1_700_000_000, nanoseconds: 123_456_789)

func file(_ name: String, _ text: String = "", mode: UInt16 = 0o644) -> TestFile {
  file(name, Array(text.utf8), mode: mode)
}

func file(_ name: String, _ bytes: [UInt8], mode: UInt16 = 0o644) -> TestFile {
  special(name, .file, contents: bytes, mode: mode)
}

func link(_ name: String, to target: String) -> TestFile {
  special(name, .link, contents: Array(target.utf8), mode: 0o777)
}

func directory(_ name: String, mode: UInt16 = 0o755, _ files: TestFile...) -> TestFile {
  directory(name, mode: mode, files: files)
}

func directory(_ name: String, mode: UInt16 = 0o755, files: [TestFile]) -> TestFile {
  TestFile(
    description: FileDescription(
      name: Array(name.utf8), kind: .directory, permissions: mode, modified: someTime, qid: 0),
    contents: .directory(files))
}

func special(
  _ name: String, _ kind: FileKind, contents: [UInt8] = [], mode: UInt16 = 0o600
) -> TestFile {
  TestFile(
    description: FileDescription(
      name: Array(name.utf8), kind: kind, permissions: mode, modified: someTime, qid: 0),
    contents: .bytes(contents))
}

/// Archives in memory.
struct TestArchive {
  let store: MemoryStore
  let archive: Archive

  /// An archive of these files, as vac would write it.
  ///
  /// Files that have a number keep it; the others get one.
  init(_ files: TestFile..., blockSize: Int = 512) throws {
    try self.init(files: files, blockSize: blockSize)
  }

  init(files: [TestFile], blockSize: Int = 512) throws {
    store = MemoryStore()
    var writer = ArchiveWriter(to: store, layout: try BlockLayout(blockSize: blockSize))
    let top = try Self.write(files, &writer)
    archive = try Archive(opening: writer.finish(top: top), in: store)
  }

  /// An archive of directories in each other, however many: each with files, and with the next one.
  init(levels: [(files: [TestFile], below: TestFile)], blockSize: Int = 512) throws {
    store = MemoryStore()
    var writer = ArchiveWriter(to: store, layout: try BlockLayout(blockSize: blockSize))
    var streams = try Self.write([], &writer)
    for var level in levels.reversed() {
      level.below.contents = .streams(streams)
      streams = try Self.write(level.files + [level.below], &writer)
    }
    archive = try Archive(opening: writer.finish(top: streams), in: store)
  }

  /// An archive whose top directory has these records, whatever they say.
  init(records: [(record: Record, streams: [Entry])], in store: MemoryStore) throws {
    self.store = store
    var slots: [Entry] = []
    var bytes: [[UInt8]] = []
    for (record, streams) in records {
      var record = record
      record.slot = UInt32(slots.count)
      slots += streams
      var writer = ByteWriter()
      record.write(to: &writer)
      bytes.append(writer.bytes)
    }
    let metadata = Self.metadataBlock(bytes)
    var topRecord = ByteWriter()
    Record(
      name: Array("/".utf8), slot: 0, qid: 0, mode: FileMode(.directory, unixPermissions: 0o777)
    )
    .write(to: &topRecord)
    let top = try [
      Self.stream(of: Self.entries(slots), isDirectory: true, in: store),
      Self.stream(of: metadata, in: store),
      Self.stream(of: Self.metadataBlock([topRecord.bytes]), in: store),
    ]
    let root = Root(
      type: Array("vac".utf8),
      score: try store.write(Block(Self.entries(top)), type: .directory), blockSize: 8192,
      previous: .zero)
    var writer = ByteWriter()
    root.write(to: &writer)
    let score = try store.write(Block(writer.bytes), type: .root)
    archive = try Archive(opening: ArchiveScore(score), in: store)
  }

  private static func write(
    _ files: [TestFile], _ writer: inout ArchiveWriter
  ) throws -> DirectoryStreams {
    var directory = writer.makeDirectory()
    let sorted = files.sorted {
      ArchiveOrder.isOrdered($0.description.name, $1.description.name)
    }
    for var file in sorted {
      if file.description.qid == 0 { file.description.qid = writer.nextNumber() }
      switch file.contents {
      case .directory(let files):
        try directory.append(file.description, contents: write(files, &writer))
      case .streams(let streams):
        try directory.append(file.description, contents: streams)
      case .bytes(let bytes):
        var stream = writer.makeStream()
        try stream.append(bytes)
        try directory.append(file.description, contents: stream.finish())
      }
    }
    return try directory.finish()
  }

  static func stream(
    of bytes: [UInt8], isDirectory: Bool = false, in store: MemoryStore
  ) throws -> Entry {
    try store.tree(of: bytes, pointerSize: 8180, leafSize: 8192, isDirectory: isDirectory)
  }

  private static func entries(_ entries: [Entry]) -> [UInt8] {
    var writer = ByteWriter()
    for entry in entries { entry.write(to: &writer) }
    return writer.bytes
  }

  /// One block of 8192 bytes with these records.
  private static func metadataBlock(_ records: [[UInt8]]) -> [UInt8] {
    let start = 12 + 4 * records.count
    var writer = ByteWriter()
    writer.uint32(0x5656_fc79)
    writer.uint16(UInt16(start + records.reduce(0) { $0 + $1.count }))
    for number in [0, records.count, records.count] { writer.uint16(UInt16(number)) }
    var offset = start
    for record in records {
      writer.uint16(UInt16(offset))
      writer.uint16(UInt16(record.count))
      offset += record.count
    }
    for record in records { writer.raw(record) }
    writer.pad(to: 8192)
    return writer.bytes
  }
}
