import Posix
import SystemPackage
import TestSupport
import Testing
import VacArchive
import VacBackup
import VentiCore
import VentiStore

@Suite(.timeLimit(.minutes(2)))
struct RestorerTests {
  private let tree: RestoredTree

  init() throws {
    tree = try RestoredTree()
  }

  @Test(
    "a restored archive of plan9port's is its manifest",
    .enabled("devices and owners are for root") { isRoot },
    arguments: ArchiveFixture.allCases)
  func fixture(archive: ArchiveFixture) throws {
    let store = try ReadOnlyStore(opening: archive.store.unpack(into: tree.outside))
    try tree.restore(Archive(opening: ArchiveScore(archive.text), in: store), in: store)

    #expect(try archive.manifest.differences(in: Manifest(of: tree.path)) == [])
    // plan9port's vac has cut the targets of links.
    #expect(tree.problems.allSatisfy { $0.contains("the archive has only the first 8 of") })
  }

  @Test("a restore through a cache that asks ahead is the same")
  func readsAhead() throws {
    let bytes = SeededGenerator.bytes(3_000_000, seed: 1)
    let test = try TestArchive(directory("d", file("a", bytes), file("b", "b")), blockSize: 8192)
    let cache = BlockCache(over: test.store, capacityBytes: 2 << 20)

    try tree.restore(test.archive, in: cache) { $0.readsAhead = true }

    #expect(try tree.contents("d/a") == bytes)
    #expect(try tree.verify(test) == [])
  }

  @Test("blocks of small files are asked for ahead, many together")
  func readsAheadOfFiles() throws {
    let files = (0..<40).map { file("f\($0)", SeededGenerator.bytes(20_000, seed: UInt64($0) + 1)) }
    let test = try TestArchive(
      directory("d", files: files), directory("e", files: files), blockSize: 8192)
    let before = test.store.readCount

    try tree.restore(test.archive, in: BlockCache(over: test.store)) { $0.readsAhead = true }

    // Three leaves a file; the root is at hand.
    #expect(test.store.readCount - before < 10)
    #expect(test.store.fetchCount > 3 * 40)
    #expect(try tree.verify(test) == [])
  }

  @Test("permissions and nanoseconds are as archived, also of directories and links")
  func attributes() throws {
    let test = try TestArchive(
      directory("d", mode: 0o1750, file("f", "text", mode: 0o640)), file("s", mode: 0o444),
      link("l", to: "nowhere"))

    try tree.restore(test)

    let time = FileStatus.Time(seconds: someTime.seconds, nanoseconds: someTime.nanoseconds)
    for (name, mode) in [("d", 0o1750), ("d/f", 0o640), ("s", 0o444)] as [(String, UInt16)] {
      #expect(try tree.status(name).permissions == mode)
      #expect(try tree.status(name).modified == time)
      #expect(try tree.status(name).accessed == time)
    }
    #expect(try tree.status("l").modified == time)
    #expect(try tree.shell("readlink l") == "nowhere\n")
    #expect(tree.problems == [])
  }

  @Test("without permissions and times, files are made as the umask says, now")
  func plainly() throws {
    let test = try TestArchive(file("f", mode: 0o777), directory("d", mode: 0o777))

    try tree.restore(test) { options in
      options.setsPermissions = false
      options.setsTimes = false
    }

    let umask = Machine.umask
    #expect(try tree.status("f").permissions == 0o777 & ~umask)
    #expect(try tree.status("d").permissions == 0o777 & ~umask)
    #expect(try tree.status("f").modified.seconds > someTime.seconds)
  }

  @Test("a directory that nobody may write to gets its files, once and again")
  func readOnlyDirectory() throws {
    let test = try TestArchive(
      directory("d", mode: 0o555, file("f", "new"), directory("e", mode: 0o500, file("g"))))

    try tree.restore(test)
    try tree.restore(test)

    #expect(try tree.status("d").permissions == 0o555)
    #expect(try tree.verify(test) == [])
    #expect(tree.problems == [])
    try tree.shell("chmod -R u+w .")
  }

  @Test("holes are holes, also at the end")
  func holes() throws {
    var bytes = [UInt8](repeating: 0, count: 4 << 20)
    bytes[1 << 20] = 1
    let test = try TestArchive(
      file("middle", bytes), file("all", [UInt8](repeating: 0, count: 1 << 20)),
      blockSize: 8192)

    try tree.restore(test)

    #expect(try tree.contents("middle") == bytes)
    #expect(try tree.status("middle").allocatedByteCount <= 64 << 10)
    #expect(try tree.status("all").size == 1 << 20)
    #expect(try tree.status("all").allocatedByteCount == 0)
  }

  @Test("a file of many parts is put together by all threads")
  func largeFile() throws {
    let bytes = SeededGenerator.bytes(20_000_001, seed: 2)
    let test = try TestArchive(file("large", bytes), blockSize: 57344)

    try tree.restore(test)

    #expect(try tree.contents("large") == bytes)
    #expect(try tree.names() == ["large"])
  }

  @Test("names of one file are links to it, wherever they are")
  func hardLinks() throws {
    func name(_ name: String) -> TestFile {
      file(name, "shared").with {
        $0.qid = 77
        $0.linkCount = 4
      }
    }
    let test = try TestArchive(
      directory("a", mode: 0o500, name("1")), directory("b", name("2"), name("3")), name("4"))

    try tree.restore(test)
    try tree.restore(test)

    let first = try tree.status("a/1")
    #expect(first.linkCount == 4)
    for name in ["b/2", "b/3", "4"] { #expect(try tree.status(name).inode == first.inode) }
    #expect(try tree.status("a").permissions == 0o500)
    #expect(try tree.names("b") == ["2", "3"])
    #expect(tree.problems == [])
    try tree.shell("chmod u+w a")
  }

  @Test("a link whose other name is not restored is a file")
  func loneHardLink() throws {
    let test = try TestArchive(
      file("a", "x").with { ($0.qid, $0.linkCount) = (9, 2) },
      directory("d", file("b", "x").with { ($0.qid, $0.linkCount) = (9, 2) }))

    try tree.restore(test, ["d/b"])

    #expect(try tree.contents("d/b") == Array("x".utf8))
    #expect(try tree.names() == ["d"])
  }

  @Test("pipes, sockets and extended attributes come back")
  func otherKinds() throws {
    let value = SeededGenerator.bytes(300, seed: 3)
    let test = try TestArchive(
      special("pipe", .pipe), special("socket", .socket),
      file("f", mode: 0o400).with {
        $0.attributes = [ExtendedAttribute(name: Array("user.test".utf8), value: value)]
      })

    try tree.restore(test)

    #expect(try tree.status("pipe").kind == .pipe)
    #expect(try tree.status("socket").kind == .socket)
    let handle = try DirectoryHandle(opening: tree.path)
    #expect(try handle.attribute(Array("user.test".utf8), of: Array("f".utf8)) == value)
    #expect(try tree.verify(test) == [])
  }

  @Test("device numbers come back", .enabled("only root makes devices") { isRoot })
  func devices() throws {
    let test = try TestArchive(
      special("c", .device, contents: Array("c 70000 300".utf8)).with {
        $0.device = DeviceNumber(isBlock: false, major: 300, minor: 70_000)
      })

    try tree.restore(test)

    #expect(try tree.status("c").kind == .characterDevice)
    #expect(try tree.status("c").deviceNumber == DeviceID(major: 300, minor: 70_000))
    #expect(try tree.verify(test) == [])
  }

  @Test(
    "owners go by name, by number where the name is unknown or numbers are preferred",
    .enabled("only root gives files away") { isRoot })
  func owners() throws {
    func owned(_ name: String, by owner: String) -> TestFile {
      file(name).with {
        $0.owner = Array(owner.utf8)
        $0.group = Array(owner.utf8)
        $0.ownerNumbers = UnixMetadata.Owner(user: 4321, group: 1234)
      }
    }
    let test = try TestArchive(owned("known", by: "root"), owned("unknown", by: "nobody-here"))

    try tree.restore(test)
    #expect(try tree.status("known").user == 0)
    #expect(try tree.status("unknown").user == 4321)
    #expect(try tree.status("unknown").group == 1234)

    try tree.restore(test) { $0.prefersNumbers = true }
    #expect(try tree.status("known").user == 4321)
  }

  @Test("a program does not run as a user who is not its owner in the archive")
  func setID() throws {
    let test = try TestArchive(
      file("p", mode: 0o6755).with { $0.owner = Array("nobody-here".utf8) })

    let restorer = try tree.makeRestorer(test.archive, in: test.store) { $0.setsOwners = false }
    _ = try restorer.run()

    #expect(try tree.status("p").permissions == 0o755)
    #expect(restorer.counters.setIDsLeftOut.count == 1)
  }

  @Test("only what is asked for is restored, and what is missing is told")
  func selection() throws {
    let test = try TestArchive(
      directory("a", file("1"), file("2"), directory("d", file("3"))), file("b"))

    let missing = try tree.restore(test, ["a/d", "a/1", "a/x", "c"])

    #expect(missing == ["a/x", "c"])
    #expect(try tree.shell("find . -mindepth 1 | sort") == "./a\n./a/1\n./a/d\n./a/d/3\n")
  }

  @Test("a tree deeper than there are open handles is restored")
  func deepTree() throws {
    let depth = 700
    let test = try TestArchive(
      (0..<depth).reduce(file("f", "deep")) { below, _ in directory("d", below) })

    try tree.restore(test)

    let path = String(repeating: "d/", count: depth)
    #expect(try tree.contents(path + "f") == Array("deep".utf8))
    #expect(try tree.verify(test) == [])
    #expect(tree.problems == [])
  }

  @Test("files on the way back from the depth are restored and compared, each once")
  func deepTreeWithFiles() throws {
    let depth = 600
    // More records than a block of this size holds.
    let names = (0..<12).map { "c\($0)" } + (0..<12).map { "e\($0)" }
    let files = names.map { file($0, $0) }
    let test = try TestArchive(
      files: (0..<depth).reduce(files) { below, _ in files + [directory("d", files: below)] })

    try tree.restore(test)

    #expect(try tree.shell("find . -type f | wc -l") == "\((depth + 1) * names.count)\n")
    #expect(try tree.verify(test) == [])
    try tree.shell("rm d/d/e5; echo >d/d/d/x")
    #expect(
      try tree.verify(test).filter { !$0.contains("modified") } == [
        "'d/d/d/x': not in the archive", "'d/d/e5': missing",
      ])
    #expect(tree.problems == [])
  }

  @Test("what differs is rewritten in place, and the rest left alone")
  func inPlace() throws {
    var bytes = SeededGenerator.bytes(100_000, seed: 4)
    for place in 40_000..<60_000 { bytes[place] = 0 }
    let test = try TestArchive(file("f", bytes), file("same", "same"))
    try tree.restore(test)
    let inode = try tree.status("f").inode
    try tree.shell(
      "printf x | dd of=f bs=1 seek=10 conv=notrunc; printf y | dd of=f bs=1 seek=50000 conv=notrunc; "
        + "echo more >>f")

    let restorer = try tree.makeRestorer(test.archive, in: test.store) {
      $0.rewritesInPlace = true
    }
    _ = try restorer.run()

    #expect(try tree.contents("f") == bytes)
    #expect(try tree.status("f").inode == inode)
    #expect(restorer.counters.bytesWritten.count == 512)
    #expect(try tree.verify(test) == [])
  }

  @Test("an ended restore says so and leaves no part of a file")
  func cancelled() throws {
    let test = try TestArchive(file("a", "a"), file("b", "b"))
    let restorer = try tree.makeRestorer(test.archive, in: test.store)

    restorer.cancel()

    #expect(throws: RestoreProblem.self) { try restorer.run() }
    #expect(try tree.names() == [])
  }
}

extension SeededGenerator {
  static func bytes(_ count: Int, seed: UInt64) -> [UInt8] {
    var generator = SeededGenerator(seed: seed)
    return generator.bytes(count)
  }
}
