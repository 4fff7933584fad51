import Posix
import SystemPackage
import TestSupport
import Testing
import VentiCore
import VentiStore

/// Buckets that fill, and buckets that change while they are read.
struct IndexWritingTests {
  /// Blocks that belong to the first of two buckets, in the order of their scores.
  private func crowd(_ count: Int) -> [StoredBlock] {
    SimulatedStore.blocks(4 * count, of: 20...40, seed: 30)
      .filter { $0.block.score.words.0 < 1 << 63 }
      .prefix(count).sorted { $0.block.score < $1.block.score }
  }

  @Test("a block that is stored again in a full bucket keeps its room there")
  func storedAgain() throws {
    let simulated = try SimulatedStore(arenas: 1, buckets: 2, hasBloom: false)
    let store = try simulated.open()
    // There is room for 13: the first comes when it is gone.
    let blocks = crowd(14)
    try store.write(blocks.dropFirst())
    try store.flushIndex()
    // Nobody can tell that the second is there.
    simulated.disk.failReads(true)
    try store.write(blocks[1].block, type: blocks[1].type)
    try store.write(blocks[0].block, type: blocks[0].type)
    simulated.disk.failReads(false)
    try store.close()

    let report = try simulated.check()
    #expect(report.problems == [])
    #expect(report.entryCount == 13)
    let again = try simulated.open()
    try again.expect(blocks)
    try again.close()
  }

  @Test("a block is stored once, whether the bucket that it belongs in is blank, or filled, or was")
  func storedOnce() throws {
    let temporary = try TemporaryDirectory()
    let directory = temporary.path.appending("store")
    try StoreCreator(directory: directory, arenaByteCount: 32 << 20).create()
    let blocks = SimulatedStore.blocks(600, of: 20...200, seed: 31)
    func count(writing blocks: ArraySlice<StoredBlock>, to store: Store) throws -> Int {
      try store.write(blocks)
      try store.sync()
      return try store.arenas.reduce(0) { $0 + (try $1.tail().written.clumpCount) }
    }

    do {
      let store = try Store(opening: directory)
      #expect(try count(writing: blocks[..<200], to: store) == 200)
      #expect(try count(writing: blocks[..<200], to: store) == 200)
      try store.flushIndex()
      #expect(try count(writing: blocks[..<400], to: store) == 400)
      try store.flushIndex()
      #expect(try count(writing: blocks[..<400], to: store) == 400)
      try store.close()
    }
    let store = try Store(opening: directory)
    #expect(try count(writing: blocks[...], to: store) == 600)
    for (block, type) in blocks {
      #expect(store.writeAtOnce(block, type: type, score: block.score))
    }
    #expect(try count(writing: blocks[...], to: store) == 600)
    try store.close()
  }

  @Test("blocks without room in the index are told of, kept, and stored once; a full index is full")
  func overflow() throws {
    let simulated = try SimulatedStore(arenas: 1, buckets: 2, hasBloom: false)
    var options = SimulatedStore.quiet
    options.unindexedClumpLimit = 20
    let notices = Monitor([String]())
    options.notice = { line in notices.withLock { $0.append(line) } }
    let store = try simulated.open(options)
    var stored: [StoredBlock] = []
    let error = #expect(throws: BlockError.self) {
      for (block, type) in SimulatedStore.blocks(100, of: 20...40, seed: 31) {
        try store.write(block, type: type)
        stored.append((block, type))
        try store.flushIndex()
      }
    }
    let hint = "'venti grow' makes a larger one"
    #expect("\(error.map { "\($0)" } ?? "")".hasSuffix(hint))
    #expect(notices.withLock { $0.first?.contains(hint) } == true)
    #expect(stored.count >= 13 + 20)
    try store.expect(stored)
    try store.close()
    #expect(try simulated.check().problems == [])

    // Opening it again needs no help, and no more memory.
    let again = try simulated.open(options)
    for (block, type) in stored {
      try again.expect(block, type)
      try again.write(block, type: type)
    }
    try again.close()
    #expect(try simulated.check().clumpCount == stored.count)
  }

  private struct Found: Sendable {
    var writes = 0
    var own = 0
    var atOnce = 0
    var others = 0
  }

  @Test("a bucket that is being written is read as it was or as it will be")
  func rewritten() throws {
    let simulated = try SimulatedStore(arenas: 1, buckets: 4, blockSize: 8192, hasBloom: false)
    let store = try simulated.open()
    let blocks = SimulatedStore.blocks(200, of: 20...40, seed: 32)
    let old = blocks.prefix(100)
    try store.write(old)
    try store.flushIndex()
    let reader = try ReadOnlyStore(
      partitions: [ArenaPartition(simulated.parts.arenas[0])], indexName: "main",
      sections: [IndexSection(simulated.parts.sections[0])])
    let seen = Monitor(Found())
    simulated.disk.keepInMemory()
    simulated.disk.interruptWrites(to: 1) {
      let addresses = old.map { BlockAddress($0.block.score, $0.type, limit: 100) }
      let own = addresses.count { (try? store.read($0)) != nil }
      let atOnce = addresses.count { store.readAtOnce($0) != nil }
      let others = addresses.count { (try? reader.read($0)) != nil }
      seen.withLock { found in
        found.writes += 1
        found.own += own
        found.atOnce += atOnce
        found.others += others
      }
    }
    try store.write(blocks.suffix(100))
    try store.flushIndex()
    try store.close()

    let found = seen.withLock { $0 }
    // The journal, the buckets in a run, and the journal's two halves again.
    #expect(found.writes >= 4)
    #expect(found.own == found.writes * 100)
    #expect(found.atOnce == found.writes * 100)
    #expect(found.others == found.writes * 100)
  }

  /// What a journal may say of the first bucket, whose entries are `entries`; `others` belong elsewhere.
  private static let lies:
    [@Sendable (_ entries: [IndexEntry], _ others: [IndexEntry]) -> [IndexEntry]] = [
      { entries, _ in
        entries.map {
          IndexEntry(
            score: $0.score, typeValue: $0.typeValue, address: $0.address, size: $0.size ^ 1,
            unitCount: 9)
        }
      },
      { _, others in others },
      { entries, _ in Array(repeating: entries[0], count: 13) },
      { entries, _ in entries + entries },
      { _, _ in [] },
      { entries, _ in
        [0, 1, .max].map { address in
          IndexEntry(
            score: entries[0].score, typeValue: entries[0].typeValue, address: address, size: 30,
            unitCount: 1)
        }
      },
    ]

  @Test("whatever a journal says, a start loses no block and damages nothing", arguments: 0..<6)
  func lyingJournal(number: Int) throws {
    let simulated = try SimulatedStore(arenas: 1, buckets: 2, hasBloom: false)
    let store = try simulated.open()
    let blocks = SimulatedStore.blocks(40, of: 20...40, seed: 31)
    let first = blocks.filter { $0.block.score.words.0 < 1 << 63 }.prefix(13)
    let second = blocks.filter { $0.block.score.words.0 >= 1 << 63 }.prefix(13)
    try store.write(first + second)
    try store.close()
    let section = try IndexSection(simulated.parts.sections[0])
    let buckets = try (0..<2).map { number in
      let bucket = try section.bucket(number)
      return try (0..<bucket.count).map { try bucket.entry(at: $0) }
    }
    let lie = Self.lies[number](buckets[0], buckets[1])
    var body = ByteWriter()
    body.uint32(0)
    body.uint16(UInt16(lie.count))
    for entry in lie { entry.write(to: &body) }
    var journal = ByteWriter()
    journal.uint64(0x7661_6366_7320_6978)
    journal.uint32(section.header.bucketMagic ?? 0)
    journal.uint32(UInt32(body.bytes.count))
    journal.score(Block(body.bytes).score)
    journal.raw(body.bytes)
    simulated.disk.damage(1) {
      $0.replaceSubrange(65_536..<65_536 + journal.bytes.count, with: journal.bytes)
    }

    let again = try simulated.open()
    try again.expect(first + second)
    try again.close()
    let report = try simulated.check()
    #expect(report.problems == [])
    #expect(report.entryCount == 26)
  }
}
