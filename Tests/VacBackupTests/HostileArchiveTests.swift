import Posix
import SystemPackage
import TestSupport
import Testing
import VacArchive
import VacBackup
import VentiCore

/// Archives, and targets, that try to make a restore write where it must not.
@Suite(.timeLimit(.minutes(2)))
struct HostileArchiveTests {
  private let tree: RestoredTree

  init() throws {
    tree = try RestoredTree()
  }

  private func record(_ name: String, _ kind: FileKind = .file, qid: UInt64 = 5) -> Record {
    Record(
      name: Array(name.utf8), slot: 0, qid: qid, mode: FileMode(kind, unixPermissions: 0o755))
  }

  @Test(
    "a name that leads elsewhere is left out and reported",
    arguments: ["..", ".", "", "../x", "a/b", "/etc", "a\0b"])
  func names(name: String) throws {
    let store = MemoryStore()
    let contents = try TestArchive.stream(of: Array("evil".utf8), in: store)
    let test = try TestArchive(
      records: [(record(name), [contents]), (record("good"), [contents])], in: store)

    try tree.restore(test)

    #expect(try tree.names() == ["good"])
    #expect(try tree.shell("ls ..") == "target\n")
    #expect(tree.problems.count == 1)
  }

  @Test("a directory does not go through a link of the same name")
  func linkThenDirectory() throws {
    let store = MemoryStore()
    let target = try TestArchive.stream(of: Array("..".utf8), in: store)
    let inner = try TestArchive(file("x", "evil"))
    let slots = [inner.archive.directory.entries, inner.archive.directory.metadata]
    let test = try TestArchive(
      records: [(record("l", .link), [target]), (record("l", .directory, qid: 6), slots)],
      in: store)

    try tree.restore(test)

    #expect(try tree.shell("ls ..") == "target\n")
    #expect(tree.problems == ["file 'l': name seen before, left out"])
  }

  @Test("a directory does not go through a link that is there")
  func existingLinkForDirectory() throws {
    try tree.shell("mkdir ../out; ln -s ../out d")
    let test = try TestArchive(directory("d", file("f", "evil")), file("good"))

    try tree.restore(test)

    #expect(try tree.shell("ls ../out") == "")
    #expect(try tree.names() == ["d", "good"])
    #expect(tree.problems == ["'d': already exists and is not a directory"])
  }

  @Test("a file replaces a link that is there, and not what the link points to")
  func existingLinkForFile() throws {
    try tree.shell("echo old >../out; ln -s ../out f; ln -s ../out g")
    let test = try TestArchive(file("f", "new"), file("g", "new"))

    try tree.restore(test, ["f"])
    try tree.restore(test, ["g"]) { $0.rewritesInPlace = true }

    #expect(try tree.shell("cat ../out") == "old\n")
    #expect(try tree.status("f").kind == .file)
    #expect(try tree.contents("g") == Array("new".utf8))
    #expect(tree.problems == [])
  }

  @Test("a file that has a name outside is replaced, not written to, also in place")
  func existingHardLink() throws {
    try tree.shell("echo old >../out; ln ../out f")
    let test = try TestArchive(file("f", "new"))

    try tree.restore(test) { $0.rewritesInPlace = true }

    #expect(try tree.shell("cat ../out") == "old\n")
    #expect(try tree.contents("f") == Array("new".utf8))
  }

  @Test("names that claim to be one file, and have different contents, are two files")
  func falseHardLinks() throws {
    let store = MemoryStore()
    var files: [(Record, [Entry])] = []
    for (name, kind, text) in [
      ("a", FileKind.link, "/etc/passwd"), ("b", .file, "one"), ("c", .file, "two"),
    ] {
      var record = record(name, kind)
      record.unix = UnixMetadata()
      record.unix?.linkCount = 3
      files.append((record, [try TestArchive.stream(of: Array(text.utf8), in: store)]))
    }

    try tree.restore(try TestArchive(records: files, in: store))

    #expect(try tree.shell("readlink a; cat b c") == "/etc/passwd\nonetwo")
    #expect(tree.problems == [])
  }

  @Test("a directory in the place of a file, and a file in the place of a directory, stay")
  func wrongKinds() throws {
    try tree.shell("mkdir f; touch f/kept; echo kept >d")
    let test = try TestArchive(file("f"), directory("d", file("x")), link("good", to: "t"))

    try tree.restore(test)

    #expect(try tree.names() == ["d", "f", "good"])
    #expect(try tree.shell("cat d; ls f") == "kept\nkept\n")
    #expect(
      tree.problems == [
        "'d': already exists and is not a directory", "'f': already exists and is a directory",
      ])
  }

  @Test("a hole of 2^43 bytes takes no time and no room")
  func hugeHole() throws {
    let store = MemoryStore()
    let size = 1 << 43
    let hole = Entry(
      pointerSize: 8180, leafSize: 8192, isDirectory: false, depth: 4, size: size, score: .zero)
    let test = try TestArchive(records: [(record("hole"), [hole])], in: store)

    try tree.restore(test)

    #expect(try tree.status("hole").size == size)
    #expect(try tree.status("hole").allocatedByteCount == 0)
    #expect(try tree.verify(test) == [])
  }

  @Test("a damaged block costs its file only, and is named")
  func damagedBlock() throws {
    let bytes = SeededGenerator.bytes(5000, seed: 5)
    let test = try TestArchive(directory("d", file("bad", bytes), file("good", "good")))
    let lost = Score(of: Block(Array(bytes[512..<1024])).bytes)
    try tree.shell("mkdir d; echo old >d/bad")
    test.store.fail(lost, with: .damaged(lost, .data, reason: "no good"))

    try tree.restore(test)

    #expect(tree.problems == ["'d/bad': block \(lost)/\(BlockType.data): no good"])
    #expect(try tree.names("d") == ["bad", "good"])
    #expect(try tree.contents("d/bad") == Array("old\n".utf8))
    #expect(try tree.contents("d/good") == Array("good".utf8))
  }

  @Test("a directory whose records are lost is made and reported, and the others are restored")
  func damagedDirectory() throws {
    let test = try TestArchive(directory("bad", file("x")), directory("good", file("y")))
    let top = try Directory(loading: test.archive.directory, from: test.store)
    let place = try #require(top.position(of: Array("bad".utf8)))
    guard case .directory(let reference) = top[place].contents else {
      throw Errno.notDirectory
    }
    let score = reference.metadata.score
    test.store.remove(score, .data)

    try tree.restore(test)

    #expect(tree.problems == ["'bad': no block with score \(score)/\(BlockType.data) exists"])
    #expect(try tree.shell("find . -type f") == "./good/y\n")
    #expect(try tree.status("bad").kind == .directory)
  }

  @Test("when the store is lost nothing more is tried, and it is said once")
  func lostStore() throws {
    let test = try TestArchive(file("a", "a"), file("b", "b"), file("c", "c"))
    for text in ["a", "b", "c"] {
      test.store.fail(
        Score(of: Block(Array(text.utf8)).bytes), with: .unreachable(peer: "p", reason: "gone"))
    }

    let problem = #expect(throws: RestoreProblem.self) { try tree.restore(test) }

    #expect(problem?.error == .archive(.block(.unreachable(peer: "p", reason: "gone"))))
    #expect(tree.problems == [])
    #expect(try tree.names() == [])
  }

  @Test("a link whose target was cut is restored as far as it goes, and reported")
  func cutLink() throws {
    let store = MemoryStore()
    var entry = try TestArchive.stream(of: Array("/usr/sha".utf8), in: store)
    entry.size = 20
    let test = try TestArchive(records: [(record("l", .link), [entry])], in: store)

    try tree.restore(test)

    #expect(try tree.shell("readlink l") == "/usr/sha\n")
    #expect(
      tree.problems == ["'l': link target: the archive has only the first 8 of 20 bytes"])
  }
}
