import Posix
import SystemPackage
import TestSupport
import Testing
import VacArchive
import VacBackup
import VentiCore

@Suite(.timeLimit(.minutes(5)))
struct BackupTests {
  private static let blockSizes = [512, 8192, 57344]

  @Test(
    "what is restored is what was archived, to the last attribute",
    arguments: 0..<3 as Range<UInt64>)
  func zoo(seed: UInt64) throws {
    let tree = try SourceTree()
    let zoo = try Zoo(at: tree.path.appending("zoo"), seed: seed)

    let score = try tree.archive {
      $0.layout = try BlockLayout(blockSize: Self.blockSizes[Int(seed)])
    }
    let restored = try tree.restore(score)

    #expect(tree.problems == [])
    #expect(restored.problems == [])
    let expected = try Zoo.description(of: zoo.path)
    #expect(try Zoo.description(of: restored.path.appending("zoo")) == expected)
  }

  @Test("threads, a store that has all blocks, and a previous archive do not change the score")
  func deterministic() throws {
    let tree = try SourceTree()
    _ = try Zoo(at: tree.path.appending("zoo"), seed: 9)
    let first = try tree.archive()

    #expect(try tree.archive { $0.threadCount = 1 } == first)
    #expect(try tree.archive { $0.threadCount = 16 } == first)
    // The root names the archive before; all below is the same.
    let root = try Archive(opening: first, in: tree.store).root.score
    for isQuick in [false, true] {
      let again = try tree.archive(previous: first) { $0.skipsUnchanged = isQuick }
      let archive = try Archive(opening: again, in: tree.store)
      #expect(archive.root.score == root)
      #expect(archive.root.previous == first.score)
    }
  }

  @Test("blocks that the previous archive has are not sent")
  func notSent() throws {
    let tree = try SourceTree("head -c 3000000 /dev/urandom >big; echo 1 >small")
    let first = try tree.archive()
    let before = tree.store.writeCount

    try tree.shell("printf x | dd of=big bs=1 seek=1000000 conv=notrunc status=none")
    _ = try tree.archive(previous: first)

    // A leaf, its two pointer blocks, a directory's two blocks, three at the top.
    #expect(tree.store.writeCount - before < 10)
  }

  @Test("with a previous archive, files that look the same are not read")
  func quick() throws {
    let tree = try SourceTree("mkdir d; echo one >d/one; echo two >two; ln -s x link")
    let first = try tree.archive()
    let read = Monitor<[String]>([])
    try tree.shell("echo changed >two")

    let backup = try tree.makeBackup(
      previous: first,
      event: { path, event in
        if case .read = event { read.withLock { $0.append(path) } }
      }, change: { $0.skipsUnchanged = true })
    let second = try backup.run()

    #expect(read.withLock { $0 } == ["two"])
    #expect(backup.counters.unchangedFiles.count == 2)
    #expect(try tree.restore(second).contents("two") == Array("changed\n".utf8))
  }

  @Test("without attributes, those of the previous archive are not taken over either")
  func quickWithoutAttributes() throws {
    let tree = try SourceTree("echo one >f; setfattr -n user.x -v 1 f")
    let first = try tree.archive()

    let second = try tree.archive(previous: first) {
      ($0.skipsUnchanged, $0.storesAttributes) = (true, false)
    }

    let plain = try tree.archive { $0.storesAttributes = false }
    let tops = try [second, plain].map { try Archive(opening: $0, in: tree.store).root.score }
    #expect(tops[0] == tops[1])
    #expect(try Archive(opening: first, in: tree.store).root.score != tops[0])
  }

  @Test(
    "blocks of the previous archive are asked for ahead, many together", arguments: [true, false])
  func asksAhead(isQuick: Bool) throws {
    let tree = try SourceTree(
      "for d in {1..20}; do mkdir $d; for f in 1 2 3; do head -c 20000 /dev/urandom >$d/$f; done; done"
    )
    let first = try tree.archive()
    let before = (reads: tree.store.readCount, fetches: tree.store.fetchCount)

    let far = CachingStore(tree.store, capacityBytes: 16 << 20)
    _ = try tree.makeBackup(previous: first, to: far, change: { $0.skipsUnchanged = isQuick }).run()

    // Each directory has two blocks, and each file a pointer block. The root is opened by the test.
    #expect(tree.store.readCount - before.reads < 10)
    #expect(tree.store.fetchCount - before.fetches >= (isQuick ? 40 : 100))
  }

  @Test("a time of modification that was set back does not hide a change")
  func timeSetBack() throws {
    let tree = try SourceTree("echo one >f; touch -d @1000000000 f")
    let first = try tree.archive()
    try tree.shell("echo two >f; touch -d @1000000000 f")

    let second = try tree.archive(previous: first) { $0.skipsUnchanged = true }

    #expect(try tree.restore(second).contents("f") == Array("two\n".utf8))
  }

  @Test("hard links are stored once, under one number")
  func hardLinks() throws {
    let tree = try SourceTree("mkdir a b; head -c 9000 /dev/urandom >a/x; ln a/x b/y; ln a/x a/z")

    let score = try tree.archive()

    let items = try ["a/x", "b/y", "a/z"].map { try #require(try tree.item($0, in: score)) }
    #expect(Set(items.map(\.number)).count == 1)
    #expect(items.allSatisfy { $0.linkCount == 3 })
    #expect(tree.problems == [])
  }

  @Test("a hole is neither read nor stored, whatever its size")
  func holes() throws {
    let tree = try SourceTree("truncate -s 4T hole; printf x | dd of=hole bs=1 seek=2T status=none")

    let score = try tree.archive()

    let item = try #require(try tree.item("hole", in: score))
    #expect(item.size == 2 << 40 | 1)
    #expect(tree.store.count < 40)
  }

  @Test("a classic archive has no more than plan9port's")
  func classic() throws {
    let tree = try SourceTree("echo 1 >f; chmod 4755 f; ln f g; touch -d @5.5 f")

    let score = try tree.archive { $0.isClassic = true }

    let (first, second) = (
      try #require(try tree.item("f", in: score)), try #require(try tree.item("g", in: score))
    )
    #expect(first.unix == nil)
    #expect(first.permissions == 0o755)
    #expect(first.number != second.number)
  }

  @Test("an older reader finds every file of a classic archive, and nothing that is new to it")
  func classicToOldEyes() throws {
    let tree = try SourceTree()
    _ = try Zoo(at: tree.path.appending("zoo"), seed: 4)
    let score = try tree.archive { $0.isClassic = true }

    var waiting = [try Archive(opening: score, in: tree.store).directory]
    var count = 0
    while let reference = waiting.popLast() {
      let metadata = reference.metadata
      let bytes = try HashTree(metadata, in: tree.store).bytes(in: 0..<metadata.size)
      let reader = OldReader(bytes, blockSize: metadata.leafSize)
      let directory = try Directory(loading: reference, from: tree.store)
      #expect(reader.count == directory.count)
      for position in 0..<directory.count {
        let item = directory[position]
        let record = try #require(try reader.find(item.name))
        #expect(record.qid == Int(item.qid) && record.owner == item.owner)
        #expect(record.mode & 0o777 == Int(item.permissions))
        #expect(record.options == [])
        if case .directory(let below) = item.contents { waiting.append(below) }
      }
      count += directory.count
    }
    #expect(try count == tree.paths(in: score).count)
  }

  @Test("times of access are stored only where that is asked for")
  func accessTimes() throws {
    let tree = try SourceTree("echo 1 >f; touch -a -d @4000000000.123456789 f")
    let (without, with) = (try tree.archive(), try tree.archive { $0.storesAccessTimes = true })

    let expected = FileTime(seconds: 4_000_000_000, nanoseconds: 123_456_789)
    #expect(try tree.item("f", in: with)?.accessed == expected)
    #expect(try tree.item("f", in: without)?.accessed != expected)
  }

  @Test("what happens to a path, a name or a pattern is reported")
  func arguments() {
    func argument(_ text: String) -> SourceArgument { SourceArgument(Array(text.utf8)) }
    #expect(argument("a//b/./c") == .file(Array("c".utf8), in: "a/b"))
    #expect(argument("a/..") == .contents("."))
    #expect(argument("..") == .contents(".."))
    #expect(argument("../..") == .contents("../.."))
    #expect(argument("/") == .contents("/"))
    #expect(argument("/a/") == .file(Array("a".utf8), in: "/"))
    #expect(argument("../a") == .file(Array("a".utf8), in: ".."))
    #expect(argument("") == .contents("."))
  }

  @Test("a directory that says it is a cache is stored with nothing but that")
  func caches() throws {
    let tree = try SourceTree(
      """
      mkdir c d; echo x >c/x; echo x >d/x; echo no >d/CACHEDIR.TAG
      echo 'Signature: 8a477f597d28d172789f06886806bc55' >c/CACHEDIR.TAG
      """)

    let score = try tree.archive { $0.excludesCaches = true }

    #expect(try tree.paths(in: score) == ["c", "c/CACHEDIR.TAG", "d", "d/CACHEDIR.TAG", "d/x"])
  }

  @Test("a deep tree takes no stack, and few open directories")
  func deep() throws {
    let tree = try SourceTree()
    var directory = try DirectoryHandle(opening: tree.path)
    for _ in 0..<1500 {
      try directory.makeDirectory(Array("d".utf8))
      directory = try directory.directory(Array("d".utf8))
    }

    let score = try tree.archive()

    #expect(try tree.paths(in: score).count == 1500)
    #expect(tree.problems == [])
  }

  @Test("of a deep tree with files on the way back, an unchanged one is taken over on every level")
  func deepAndUnchanged() throws {
    let depth = 700
    let tree = try SourceTree()
    var directory = try DirectoryHandle(opening: tree.path)
    for _ in 0..<depth {
      for name in ["a", "z"] { _ = try directory.makeFile(Array(name.utf8)) }
      try directory.makeDirectory(Array("d".utf8))
      directory = try directory.directory(Array("d".utf8))
    }
    let first = try tree.archive()

    let backup = try tree.makeBackup(previous: first, change: { $0.skipsUnchanged = true })
    let second = try backup.run()

    #expect(backup.counters.unchangedFiles.count == 2 * depth)
    #expect(try tree.paths(in: second).count == 3 * depth)
    #expect(
      try Archive(opening: second, in: tree.store).directory
        == Archive(opening: first, in: tree.store).directory)
    #expect(tree.problems == [])
  }

  @Test("a cancelled backup makes no archive")
  func cancelled() throws {
    let tree = try SourceTree("echo 1 >f")
    let backup = try tree.makeBackup()
    backup.cancel()

    let error = #expect(throws: BackupProblem.self) { try backup.run() }
    #expect(error?.error == .interrupted)
    #expect(tree.store.syncCount == 0)
  }

  @Test("whichever call of the store fails, there is no archive, and the reason is told")
  func failingStore() throws {
    let tree = try SourceTree(
      "mkdir d; for i in {1..5}; do echo $i >d/$i; done; head -c 20000 /dev/urandom >f")
    let calls = try {
      let store = MemoryStore()
      _ = try tree.makeBackup(to: store).run()
      return store.writeCount + store.syncCount
    }()
    #expect(calls > 10)
    for call in 0..<calls {
      let store = MemoryStore()
      store.fail(atCall: call)
      let error = #expect(throws: BackupProblem.self, "call \(call)") {
        try tree.makeBackup(to: store).run()
      }
      #expect(error?.error == .archive(.block(.failed(reason: "told to fail"))))
    }
  }

  @Test("a file that shrinks while it is read is stored as it was read, and told")
  func shrinking() throws {
    let tree = try SourceTree("head -c 9000000 /dev/urandom >f")
    let store = HookedStore(tree.store) {
      try? tree.shell("truncate -s 1000001 f")
    }

    let score = try tree.makeBackup(to: store).run()

    let item = try #require(try tree.item("f", in: score))
    #expect(item.size < 9_000_000)
    #expect(
      tree.problems == [
        "'f': changed while it was read: stored are \(item.size) bytes, expected 9000000"
      ])
  }

  @Test("a file that is written to while it is read is told")
  func growing() throws {
    let tree = try SourceTree("head -c 9000000 /dev/urandom >f")
    let store = HookedStore(tree.store) { try? tree.shell("echo more >>f") }

    let score = try tree.makeBackup(to: store).run()

    #expect(try tree.item("f", in: score)?.size == 9_000_000)
    #expect(tree.problems == ["'f': changed while it was read"])
  }

  @Test("a file that goes, or becomes another, is told and left out, and the rest is stored")
  func vanishing() throws {
    let tree = try SourceTree("echo 1 >a; echo 2 >b; echo 3 >c")
    let backup = try tree.makeBackup(event: { path, _ in
      if path == "a" { try? tree.shell("rm a") }
      if path == "b" { try? tree.shell("rm b; mkdir b") }
    })

    let score = try backup.run()

    #expect(try tree.paths(in: score) == ["c"])
    #expect(tree.problems.count == 2)
    #expect(backup.counters.problems.count == 2)
  }
}
