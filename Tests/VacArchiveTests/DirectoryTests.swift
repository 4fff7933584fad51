import TestSupport
import Testing
import VacArchive
import VentiCore

struct DirectoryTests {
  private func names(_ directory: Directory) -> [String] {
    (0..<directory.count).map { String(decoding: directory.name(at: $0), as: UTF8.self) }
  }

  private func load(
    _ blocks: [[UInt8]], _ entries: [Entry?] = [], in store: MemoryStore = MemoryStore()
  ) throws -> Directory {
    try Directory(
      loading: store.directory(blocks: blocks, entries: entries, leafSize: 1024), from: store)
  }

  @Test(
    "names are found whatever the index's order, gaps and spare slots",
    arguments: [0x5656_fc79, 0x5656_fc7a] as [UInt32])
  func order(magic: UInt32) throws {
    var random = SeededGenerator(seed: 1)
    let all = ["a", "ab", "abc", "abcdefgh", "abcdefghi", "abcdefgx", "b", "\u{e9}", "z"]
    for _ in 0..<50 {
      let records = all.shuffled(using: &random).map { RawRecord($0).bytes }
      let cut = Int.random(in: 1..<6, using: &random)
      let blocks = [records[..<cut], records[cut...]].map {
        rawMetadataBlock(
          Array($0), magic: magic, gap: Int.random(in: 0...9, using: &random),
          spare: Int.random(in: 0...3, using: &random))
      }
      let directory = try load(blocks)
      #expect(names(directory) == all.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
      for name in all {
        let position = try #require(directory.position(of: Array(name.utf8)))
        #expect(directory[position].name == Array(name.utf8))
      }
      for name in ["", "aa", "abcdefg", "abcdefghij", "zz"] {
        #expect(directory.position(of: Array(name.utf8)) == nil)
      }
    }
  }

  private static let badNames: [([UInt8], Omission.NameFault)] = [
    ([], .empty), (Array(".".utf8), .reserved), (Array("..".utf8), .reserved),
    (Array("a/b".utf8), .separator), (Array("/".utf8), .separator), ([0x61, 0], .separator),
    ([UInt8](repeating: 0x61, count: 256), .tooLong), (Array("good".utf8), .repeated),
  ]

  @Test("a name that cannot be shown is left out, its siblings stay", arguments: badNames)
  func badName(name: [UInt8], fault: Omission.NameFault) throws {
    let first = RawRecord("good", qid: 7).bytes
    let directory = try load([
      rawMetadataBlock([first, RawRecord(name, qid: 8).bytes, RawRecord("last").bytes])
    ])
    #expect(names(directory) == ["good", "last"])
    #expect(directory[0].qid == 7)
    #expect(directory.omissions == [.name(name, fault)])
    #expect(directory.omissionCount == 1)
  }

  @Test("names of every length up to 255 bytes are shown")
  func longNames() throws {
    let blocks = (1...255).map { count in
      rawMetadataBlock([RawRecord([UInt8](repeating: 0x78, count: count)).bytes])
    }
    let directory = try load(blocks)
    #expect((0..<directory.count).map { directory.name(at: $0).count } == Array(1...255))
    #expect(directory.position(of: [UInt8](repeating: 0x78, count: 255)) == 254)
  }

  @Test("a record whose entry is wrong stays by its name, and only using it fails")
  func badEntries() throws {
    let store = MemoryStore()
    var removed = try store.file("removed")
    removed.generation = 3
    var shallow = try store.file("shallow")
    shallow.size = 100_000
    let good = try store.file("good")
    let entries = [good, nil, removed, MemoryStore.emptyDirectory[0], shallow]
    let records =
      [
        RawRecord("good"), RawRecord("inactive", slot: 1), RawRecord("removed", slot: 2),
        RawRecord("kind", slot: 3), RawRecord("beyond", slot: 1000),
        RawRecord("last", slot: .max).with { $0.mode = 0x8000 },
        RawRecord("directory", slot: 0).with { $0.mode = 0x8000 },
      ]
      .enumerated().map { $1.with { [number = UInt64($0 + 1)] in $0.qid = number }.bytes }
    let directory = try load([rawMetadataBlock(records)], entries, in: store)

    func fault(_ name: String) throws -> ArchiveError? {
      let item = directory[try #require(directory.position(of: Array(name.utf8)))]
      guard case .damaged(let error) = item.contents else { return nil }
      #expect(item.size == 0)
      return error
    }
    #expect(directory.omissionCount == 0)
    #expect(directory.isComplete)
    #expect(try fault("good") == nil)
    #expect(try fault("inactive") == .slot(1, .inactive))
    #expect(try fault("removed") == .slot(2, .generation(found: 3, expected: 0)))
    #expect(try fault("kind") == .slot(3, .kind(isDirectory: true)))
    #expect(try fault("beyond") == .slot(1000, .inactive))
    #expect(try fault("last") == .slot(Int(UInt32.max), .inactive))
    #expect(try fault("directory") == .slot(0, .kind(isDirectory: false)))
  }

  @Test("a lost or damaged block costs what is in it")
  func lostBlocks() throws {
    for lost in 0..<40 {
      let store = MemoryStore()
      let file = try store.file("x")
      let blocks = (0..<40).map { number in
        rawMetadataBlock([RawRecord("f\(number)", slot: UInt32(number), qid: 5).bytes])
      }
      let reference = try store.directory(
        blocks: blocks, entries: Array(repeating: file, count: 40))
      let score = Block(blocks[lost]).score
      // The mode ends in a byte that is not zero: the block is stored whole.
      store.fail(score, with: .damaged(score, .data, reason: "test"))
      let directory = try Directory(loading: reference, from: store)
      #expect(directory.count == 39)
      #expect(directory.position(of: Array("f\(lost)".utf8)) == nil)
      #expect(directory.omissions == [.unreadable(.damaged(score, .data, reason: "test"))])
      #expect(!directory.isComplete)

      store.fail(score, with: .timedOut(score, peer: "test", seconds: 1))
      #expect(throws: ArchiveError.block(.timedOut(score, peer: "test", seconds: 1))) {
        try Directory(loading: reference, from: store)
      }
    }
  }

  @Test("a lost pointer block costs what is below it, in either stream")
  func lostPointers() throws {
    let store = MemoryStore()
    let file = try store.file("x")
    let blocks = (0..<700).map { number in
      rawMetadataBlock([RawRecord("f\(number)", slot: UInt32(number), qid: 5).bytes])
    }
    let reference = try store.directory(blocks: blocks, entries: Array(repeating: file, count: 700))
    #expect(reference.metadata.depth == 3)
    let top = try store.read(BlockAddress(reference.metadata.score, .data.above(3), limit: 500))
    var reader = ByteReader(top.bytes, of: "pointers")
    let second = try (reader.score(), reader.score()).1
    store.remove(second, .data.above(2))
    store.remove(reference.entries.score, .directory.above(reference.entries.depth))
    let directory = try Directory(loading: reference, from: store)

    // A pointer block of 500 bytes has 25 scores.
    #expect(directory.count == 625)
    #expect(directory.position(of: Array("f624".utf8)) != nil)
    #expect(directory.position(of: Array("f625".utf8)) == nil)
    #expect(directory.omissionCount == 1)
    let score = reference.entries.score
    guard case .damaged(.slot(_, .block(.notFound(score, _)))) = directory[0].contents else {
      Issue.record("\(directory[0].contents)")
      return
    }
  }

  @Test("a damaged record or header costs what it describes, and is told")
  func damagedRecords() throws {
    var block = rawMetadataBlock(["a", "b", "c"].map { RawRecord($0).bytes })
    block[16] = 0xff  // where record b is
    let directory = try load([block, [UInt8](repeating: 9, count: 40)])
    #expect(names(directory) == ["a", "c"])
    #expect(directory.omissionCount == 2)
    guard case .record(number: 1, block: Block(block).score, _) = directory.omissions.first,
      case .metadataBlock = directory.omissions.last
    else {
      Issue.record("\(directory.omissions)")
      return
    }
  }

  @Test("zeros that end a block are not stored, and are read as zeros")
  func truncated() throws {
    let record = RawRecord("f").with { $0.options = RawRecord.option(0x7f, [0, 0, 0, 0]) }
    let directory = try load([rawMetadataBlock([record.bytes])])
    #expect(names(directory) == ["f"])
    #expect(directory.omissionCount == 0)
  }

  @Test("however many faults there are, few are kept")
  func manyFaults() throws {
    let same = rawMetadataBlock([RawRecord("same").bytes])
    let directory = try load(Array(repeating: same, count: 5000))
    #expect(directory.count == 1)
    #expect(directory.omissionCount == 4999)
    #expect(directory.omissions.count == 100)
  }

  @Test("directories larger than any real one are refused, and holes cost nothing")
  func madeUp() throws {
    let store = MemoryStore()
    // A pointer block that names itself 25 times over, as far as names can: every level the same.
    let leaf = try store.tree(
      of: rawMetadataBlock([RawRecord("f").bytes]), pointerSize: 500, leafSize: 512)
    var score = leaf.score
    for height in 1...7 {
      var writer = ByteWriter()
      for _ in 0..<25 { writer.score(score) }
      score = try store.write(Block(writer.bytes), type: .data.above(height))
    }
    var bomb = Entry(
      pointerSize: 500, leafSize: 512, isDirectory: false, depth: 7, size: 1 << 31, score: score)
    let reference = { (metadata: Entry) in
      DirectoryReference(
        entries: MemoryStore.emptyDirectory[0], metadata: metadata, number: 1, space: .top)
    }
    #expect(throws: ArchiveError.tooLarge(subject: "directory", size: 10_001, limit: 10_000)) {
      try Directory(loading: reference(bomb), from: store, blockLimit: 10_000)
    }
    bomb.size += 1
    #expect(throws: ArchiveError.tooLarge(subject: "directory", size: bomb.size, limit: 1 << 31)) {
      try Directory(loading: reference(bomb), from: store)
    }
    bomb.size -= 1
    bomb.score = .zero
    #expect(try Directory(loading: reference(bomb), from: store).count == 0)
  }

  @Test("the blocks of both streams are asked for together")
  func prefetch() throws {
    let store = MemoryStore()
    let file = try store.file("x")
    let blocks = (0..<20).map { rawMetadataBlock([RawRecord("f\($0)", qid: 5).bytes]) }
    let reference = try store.directory(blocks: blocks, entries: Array(repeating: file, count: 20))
    let cache = BlockCache(over: store)
    #expect(try Directory(loading: reference, from: cache).count == 20)
    // Both tops at once, then the leaves of each: none had to be waited for by itself.
    #expect(store.readCount == 0)
    #expect(store.fetchCount == 24)
  }

  @Test("twenty thousand files in no order")
  func large() throws {
    let count = 20_000
    let store = MemoryStore()
    let file = try store.file("x")
    let blocks = stride(from: 0, to: count, by: 100).map { start in
      rawMetadataBlock(
        (start..<start + 100).map {
          RawRecord("file number \($0 &* 7919 % count)", slot: UInt32($0), qid: UInt64($0 + 1))
            .bytes
        })
    }
    let reference = try store.directory(
      blocks: blocks, entries: Array(repeating: file, count: count), leafSize: 8192)
    let directory = try Directory(loading: reference, from: store)

    #expect(directory.count == count)
    #expect(directory.memoryCount < count * 200)
    for number in stride(from: 0, to: count, by: 997) {
      let position = try #require(directory.position(of: Array("file number \(number)".utf8)))
      #expect(directory[position].size == 1)
    }
    let sorted = (1..<count).allSatisfy {
      directory.name(at: $0 - 1).lexicographicallyPrecedes(directory.name(at: $0))
    }
    #expect(sorted)
  }
}
