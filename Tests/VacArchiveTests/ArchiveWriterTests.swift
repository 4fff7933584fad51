import Synchronization
import TestSupport
import Testing
import VacArchive
import VentiCore

struct ArchiveWriterTests {
  private static let blockSizes = [512, 1000, 8192, 57344]

  /// Compares what was written with what is read, node by node.
  private func compare(
    _ nodes: [RandomTree.Node], _ reference: DirectoryReference, _ store: MemoryStore,
    isClassic: Bool = false
  ) throws {
    let directory = try Directory(loading: reference, from: store)
    #expect(directory.omissionCount == 0)
    #expect(directory.count == nodes.count)
    for node in nodes {
      let position = try #require(directory.position(of: node.file.name))
      let item = directory[position]
      try compare(item, node.file, in: store, isClassic: isClassic)
      switch item.contents {
      case .directory(let reference):
        try compare(node.children, reference, store, isClassic: isClassic)
      case .stream(let entry):
        #expect(try HashTree(entry, in: store).bytes(in: 0..<entry.size) == node.bytes)
      case .damaged(let error):
        Issue.record(error)
      }
    }
  }

  private func compare(
    _ item: Item, _ file: FileDescription, in store: MemoryStore, isClassic: Bool
  ) throws {
    #expect(item.owner == file.owner)
    #expect(item.group == file.group)
    #expect(item.qid == file.qid)
    #expect(item.number == file.qid)
    if isClassic {
      #expect(item.unix == nil)
      #expect(item.permissions == file.permissions & 0o777)
      #expect(item.modified.seconds == file.modified.seconds & 0xffff_ffff)
      #expect(item.kind == (file.kind == .socket ? .file : file.kind))
      return
    }
    #expect(item.kind == file.kind)
    #expect(item.permissions == file.permissions)
    #expect(item.modified == file.modified)
    #expect(item.accessed == file.accessed)
    #expect(item.changed == file.changed)
    #expect(item.unix?.owner == file.ownerNumbers)
    #expect(item.unix?.device == file.device)
    #expect(item.linkCount == file.linkCount)
    #expect(try item.extendedAttributes(in: store) == file.attributes)
  }

  @Test("a random tree comes back to the last attribute", arguments: 0..<24 as Range<UInt64>)
  func roundTrip(seed: UInt64) throws {
    let tree = RandomTree(seed: seed, files: 60)
    let store = MemoryStore()
    let score = try tree.write(to: store, blockSize: Self.blockSizes[Int(seed) % 4])
    let archive = try Archive(opening: score, in: store)
    #expect(archive.topFault == nil)
    try compare(tree.top, archive.directory, store)
  }

  @Test("a classic archive has what plan9port's would have", arguments: 100..<112 as Range<UInt64>)
  func classic(seed: UInt64) throws {
    let tree = RandomTree(seed: seed, files: 60)
    let store = MemoryStore()
    let score = try tree.write(to: store, blockSize: 512, isClassic: true)
    let archive = try Archive(opening: score, in: store)
    try compare(tree.top, archive.directory, store, isClassic: true)
  }

  @Test(
    "an older reader finds every file, whatever is written for newer ones",
    arguments: 200..<216 as Range<UInt64>)
  func oldReader(seed: UInt64) throws {
    let tree = RandomTree(seed: seed, files: 200)
    let store = MemoryStore()
    let score = try tree.write(to: store, blockSize: Self.blockSizes[Int(seed) % 4])
    let archive = try Archive(opening: score, in: store)
    try lookWithOldEyes(tree.top, archive.directory, store)
  }

  private func lookWithOldEyes(
    _ nodes: [RandomTree.Node], _ reference: DirectoryReference, _ store: MemoryStore
  ) throws {
    let metadata = reference.metadata
    #expect(metadata.size % metadata.leafSize == 0)
    let bytes = try HashTree(metadata, in: store).bytes(in: 0..<metadata.size)
    let reader = OldReader(bytes, blockSize: metadata.leafSize)
    let directory = try Directory(loading: reference, from: store)
    #expect(reader.count == nodes.count)
    for node in nodes {
      let record = try #require(try reader.find(node.file.name))
      #expect(record.qid == Int(node.file.qid))
      #expect(record.owner == node.file.owner)
      #expect(record.modified == Int(node.file.modified.seconds & 0xffff_ffff))
      #expect(record.mode & 0x1ff == Int(node.file.permissions & 0o777))
      #expect((record.mode & 0x8000 != 0) == (node.file.kind == .directory))
      let position = try #require(directory.position(of: node.file.name))
      guard case .directory(let below) = directory[position].contents else { continue }
      try lookWithOldEyes(node.children, below, store)
    }
  }

  @Test("the same tree and options make the same score")
  func deterministic() throws {
    let first = try RandomTree(seed: 7, files: 100).write(to: MemoryStore(), blockSize: 8192)
    let second = try RandomTree(seed: 7, files: 100).write(to: MemoryStore(), blockSize: 8192)
    let other = try RandomTree(seed: 8, files: 100).write(to: MemoryStore(), blockSize: 8192)
    let small = try RandomTree(seed: 7, files: 100).write(to: MemoryStore(), blockSize: 512)
    #expect(first == second)
    #expect(first != other)
    #expect(first != small)
  }

  @Test("an archive of one file, to the byte")
  func vectorOfOne() throws {
    let store = MemoryStore()
    var writer = ArchiveWriter(
      to: store, layout: try BlockLayout(blockSize: 1024), isClassic: true)
    var stream = writer.makeStream()
    try stream.append(Array("hello".utf8))
    var file = FileDescription(
      name: [0x66], kind: .file, permissions: 0o666, modified: FileTime(seconds: 0x6b02_d6d2),
      qid: writer.nextNumber())
    file.owner = Array("vac".utf8)
    file.group = Array("vac".utf8)
    var directory = writer.makeDirectory()
    try directory.append(file, contents: stream.finish())
    let score = try writer.finish(top: directory.finish())

    // As plan9port's archive of the same file, but for the spare slots of its indexes, a count of
    // free bytes that is wrong there, the flag "local", and the block size.
    let blocks: [(type: Int, hex: String)] = [
      (0, "68656c6c6f"),
      (8, "0000000003fc0400 01 00*10 05 aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d"),
      (
        0,
        """
        5656fc79 0045 0000 0001 0001 0010 0035
        1c4d9072 0008 0001 66 00000000 0000000000000001 0003 766163 0003 766163 0000
        6b02d6d2 00000000 6b02d6d2 6b02d6d2 000001b6
        """
      ),
      (
        0,
        """
        5656fc79 0058 0000 0001 0001 0010 0048
        1c4d9072 0008 0001 2f 00000000 0000000000000000 0003 766163 0003 766163 0000
        00000000 00000000 00000000 00000000 000081ff
        03 0010 0000000000000000 0000000000000002
        """
      ),
    ]
    for (type, hex) in blocks {
      let block = Block(vector(hex))
      let address = BlockAddress(
        block.score, try #require(BlockType(number: type)), limit: 1024)
      #expect(throws: Never.self, "\(hex)") { try store.read(address) }
    }
    #expect(store.count == 6)
    #expect(try Archive(opening: score, in: store).root.blockSize == 1024)
  }

  @Test("names out of order, repeated or not possible are refused")
  func names() throws {
    let writer = ArchiveWriter(to: MemoryStore(), layout: try BlockLayout())
    var directory = writer.makeDirectory()
    let empty = Entry(
      pointerSize: 8180, leafSize: 8192, isDirectory: false, depth: 0, size: 0, score: .zero)
    func add(_ name: String) throws {
      try directory.append(
        FileDescription(
          name: Array(name.utf8), kind: .file, permissions: 0, modified: FileTime(seconds: 0),
          qid: 1), contents: empty)
    }
    try add("abc")
    try add("ab")
    for name in [
      "ab", "abc", "aa", "", ".", "..", "b/c", "b\0", String(repeating: "x", count: 256),
    ] {
      #expect(throws: ArchiveError.self, "\(name)") { try add(name) }
    }
    try add("b")
    let streams = try directory.finish()
    #expect(streams.entries.entryCount == 3)
  }

  @Test(
    "a hundred thousand files in one directory are written and read",
    arguments: [(512, 10_000), (8192, 100_000)])
  func large(blockSize: Int, count: Int) throws {
    let store = MemoryStore()
    var writer = ArchiveWriter(to: store, layout: try BlockLayout(blockSize: blockSize))
    var directory = writer.makeDirectory()
    let empty = try writer.makeStream().finished()
    for number in 0..<count {
      var file = FileDescription(
        name: Array("file \(1_000_000 + number)".utf8), kind: .file, permissions: 0o644,
        modified: FileTime(seconds: 1_700_000_000, nanoseconds: 5), qid: writer.nextNumber())
      file.ownerNumbers = .init(user: 1000, group: 100)
      try directory.append(file, contents: empty)
    }
    let score = try writer.finish(top: directory.finish())
    let archive = try Archive(opening: score, in: store)
    let read = try Directory(loading: archive.directory, from: store)

    #expect(read.count == count)
    #expect(read.memoryCount < count * 200)
    for number in stride(from: 0, to: count, by: 997) {
      let position = try #require(read.position(of: Array("file \(1_000_000 + number)".utf8)))
      #expect(position == number)
      #expect(read.number(at: position) == UInt64(number + 1))
    }
  }

  @Test("an error of the store at any write ends the archive without a score")
  func failingStore() throws {
    let tree = RandomTree(seed: 3, files: 30)
    let whole = FailingStore(failingAt: .max)
    _ = try tree.write(to: whole, blockSize: 512)
    #expect(whole.operations > 10)
    for place in 0..<whole.operations {
      #expect(throws: ArchiveError.block(.failed(reason: "test"))) {
        try RandomTree(seed: 3, files: 30).write(to: FailingStore(failingAt: place), blockSize: 512)
      }
    }
  }

  @Test("a file is unchanged only while size and times are")
  func unchanged() throws {
    let store = MemoryStore()
    let time = FileTime(seconds: 1_700_000_000, nanoseconds: 5)
    for isClassic in [false, true] {
      let writer = ArchiveWriter(to: store, layout: try BlockLayout(), isClassic: isClassic)
      var stream = writer.makeStream()
      try stream.append([1, 2, 3])
      let entry = try stream.finish()
      let file = FileDescription(
        name: [0x66], kind: .file, permissions: 0, modified: time, qid: 1)
      var directory = writer.makeDirectory()
      try directory.append(file, contents: entry)
      let archive = try Archive(
        opening: writer.finish(top: directory.finish()), in: store)
      let item = try Directory(loading: archive.directory, from: store)[0]

      #expect(item.unchangedContents(as: file, size: 3) == entry)
      #expect(item.unchangedContents(as: file, size: 4) == nil)
      var later = file
      later.modified.seconds += 1
      later.changed = later.modified
      #expect(item.unchangedContents(as: later, size: 3) == nil)
      later = file
      later.modified.nanoseconds += 1
      #expect((item.unchangedContents(as: later, size: 3) == nil) == !isClassic)
      later = file
      later.changed.seconds += 1
      #expect((item.unchangedContents(as: later, size: 3) == nil) == !isClassic)
      later = file
      later.kind = .link
      #expect(item.unchangedContents(as: later, size: 3) == nil)
    }
  }
}

extension StreamWriter {
  /// The description of the stream as it is.
  fileprivate consuming func finished() throws(ArchiveError) -> Entry { try finish() }
}

/// A store that fails once, at the n-th operation.
private final class FailingStore: BlockStore {
  private let store = MemoryStore()
  private let failure: Int
  private let count = Mutex(0)

  init(failingAt failure: Int) {
    self.failure = failure
  }

  var operations: Int { count.withLock { $0 } }

  private func step() throws(BlockError) {
    let place = count.withLock { count in
      defer { count += 1 }
      return count
    }
    if place == failure { throw .failed(reason: "test") }
  }

  func read(_ address: BlockAddress) throws(BlockError) -> Block { try store.read(address) }

  func write(_ block: Block, type: BlockType, score: Score) throws(BlockError) {
    try step()
    try store.write(block, type: type, score: score)
  }

  func sync() throws(BlockError) { try step() }
}
