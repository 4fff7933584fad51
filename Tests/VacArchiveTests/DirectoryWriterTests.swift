import TestSupport
import Testing
import VacArchive
import VentiCore

/// A directory that is written beside an older one.
struct DirectoryWriterTests {
  private let store = MemoryStore()

  private func makeWriter(isClassic: Bool = false) throws -> DirectoryWriter {
    ArchiveWriter(to: store, layout: try BlockLayout(), isClassic: isClassic).makeDirectory()
  }

  private func makeFile(_ name: String = "file", qid: UInt64 = 7) -> FileDescription {
    var file = FileDescription(
      name: Array(name.utf8), kind: .file, permissions: 0o644,
      modified: FileTime(seconds: 1_700_000_000, nanoseconds: 123_456_789), qid: qid)
    (file.owner, file.group) = (Array("glenda".utf8), Array("sys".utf8))
    file.ownerNumbers = UnixMetadata.Owner(user: 1000, group: 100)
    file.changed = FileTime(seconds: 1_700_000_001, nanoseconds: 5)
    return file
  }

  private var contents: Entry {
    get throws {
      var stream = try ArchiveWriter(to: store, layout: BlockLayout()).makeStream()
      return try stream.finish()
    }
  }

  /// A cursor along a directory with nothing but this file.
  private func recorded(
    _ file: FileDescription, isClassic: Bool = false
  ) throws -> DirectoryCursor {
    var writer = try makeWriter(isClassic: isClassic)
    try writer.append(file, contents: contents)
    return try DirectoryCursor(reference(try writer.finish()), in: store)
  }

  private func reference(_ streams: DirectoryStreams) -> DirectoryReference {
    DirectoryReference(
      entries: streams.entries, metadata: streams.metadata, number: NumberSpace.topNumber,
      space: .top)
  }

  @Test(
    "a file that an older archive records alike is added, whatever its place and number",
    arguments: [false, true])
  func alike(isClassic: Bool) throws {
    var old = try recorded(makeFile(qid: 7), isClassic: isClassic)
    var expected = try makeWriter(isClassic: isClassic)
    var found = try makeWriter(isClassic: isClassic)
    for qid in [8, 9] as [UInt64] {
      let isFirst = qid == 8
      let file = makeFile(isFirst ? "before" : "file", qid: qid)
      try expected.append(file, contents: contents)
      if isFirst {
        try found.append(file, contents: contents)
      } else {
        let stream = try found.append(file) { try? old.takeStream(ofRecord: $0) }
        #expect(try stream == contents)
      }
    }
    #expect(try found.finish() == expected.finish())
  }

  private static let changes: [(String, @Sendable (inout FileDescription) -> Void)] = [
    ("name", { $0.name = Array("fil".utf8) }),
    ("longer name", { $0.name = Array("file2".utf8) }),
    ("permissions", { $0.permissions = 0o664 }),
    ("set-user-ID bit", { $0.permissions = 0o4644 }),
    ("kind", { $0.kind = .pipe }),
    ("owner", { $0.owner = Array("glendb".utf8) }),
    ("group", { $0.group = Array("sy".utf8) }),
    ("owner's number", { $0.ownerNumbers?.user = 1001 }),
    ("seconds", { $0.modified.seconds += 1 }),
    ("seconds beyond 32 bits", { $0.modified.seconds += 1 << 32 }),
    ("nanoseconds", { $0.modified.nanoseconds += 1 }),
    ("time of change", { $0.changed.nanoseconds += 1 }),
    ("time of access", { $0.accessed.seconds += 1 }),
    ("names", { $0.linkCount = 2 }),
    ("attributes", { $0.attributes = [ExtendedAttribute(name: [0x61], value: [0x62])] }),
  ]

  @Test("a file that an older archive records otherwise is not added", arguments: changes.indices)
  func otherwise(place: Int) throws {
    let (what, change) = Self.changes[place]
    var file = makeFile()
    change(&file)
    var old = try recorded(file)
    var writer = try makeWriter()

    let stream = try writer.append(makeFile()) { try? old.takeStream(ofRecord: $0) }
    #expect(stream == nil, "\(what)")

    try writer.append(makeFile(), contents: contents)
    var expected = try makeWriter()
    try expected.append(makeFile(), contents: contents)
    #expect(try writer.finish() == expected.finish(), "\(what)")
  }
}
