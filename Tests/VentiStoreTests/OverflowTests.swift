import Posix
import TestSupport
import Testing
import VentiCore
import VentiStore

/// Blocks that a full bucket has no room for: found again at each start, and in no time.
@Suite(.timeLimit(.minutes(5)))
struct OverflowTests {
  private static let bucketCount = 64

  /// Blocks that belong to the first bucket, more than it has room for.
  private let crowd: [StoredBlock]
  /// Blocks for which there is room.
  private let others: [StoredBlock]
  private let simulated: SimulatedStore

  init() throws {
    let firstBucket = UInt64.max / UInt64(Self.bucketCount)
    let small = SimulatedStore.blocks(2000, of: 20...40, seed: 50)
    crowd = Array(
      small.filter { $0.block.score.words.0 < firstBucket - firstBucket / 8 }.prefix(20))
    others = SimulatedStore.blocks(60, of: 4000...8000, seed: 51)
      .filter { $0.block.score.words.0 > firstBucket + firstBucket / 8 }
    simulated = try SimulatedStore(arenas: 1, buckets: Self.bucketCount)
    let store = try simulated.open()
    try store.write(crowd + others)
    try store.close()
  }

  private func expectAll(_ store: Store, _ comment: Comment? = nil) throws {
    for (block, type) in crowd + others { try store.expect(block, type, comment) }
  }

  @Test("a start reads again what was left out, and not what lies behind it")
  func start() throws {
    #expect(try simulated.check().entryCount == 13 + others.count)
    let again = simulated.reopened()
    let notices = Monitor([String]())
    var options = SimulatedStore.quiet
    options.notice = { line in notices.withLock { $0.append(line) } }

    let store = try again.open(options)
    try store.flushIndex()

    // Header, 64 KiB of the table's room, tail, and the headers of seven clumps.
    #expect(again.disk.reads(of: 0).byteCount < 65_536 + 8192)
    #expect(again.disk.reads(of: 1).count < 60)
    #expect(notices.withLock { $0.count } == 1)
    try expectAll(store)
    // What is there is not stored again, and what is new goes on behind it.
    try store.write(crowd)
    let new = Block(Array("one more".utf8))
    try store.write(new, type: .data)
    try store.close()
    #expect(try again.check().problems == [])
    #expect(try again.check().clumpCount == crowd.count + others.count + 1)
    let third = try again.reopened().open()
    try expectAll(third)
    try third.expect(new, .data)
    try third.close()
  }

  @Test("a list that is damaged or gone costs time only", arguments: [0, 20, 60])
  func damaged(offset: Int) throws {
    let again = simulated.reopened()
    again.disk.damage(1) { $0[32768 + offset] ^= 1 }
    let store = try again.open()
    try expectAll(store)
    #expect(again.disk.reads(of: 0).byteCount > 65_536 + 8192)
    try store.close()
    #expect(try again.check().problems == [])
  }

  /// What lists say that cannot be, or is not so; of an arena whose clumps begin with a magic number.
  private static let lies: [@Sendable (inout ByteWriter, _ magic: UInt32) -> Void] = [
    { _, _ in },
    { writer, _ in writer.uint32(.max) },
    { writer, _ in
      writer.uint32(0)
      for address in [0, 1, UInt64(IndexTable.firstAddress) + 7, 1 << 62, .max] {
        writer.uint64(address)
      }
    },
    { writer, magic in
      // Arenas that are elsewhere, that are others, or that have less.
      writer.uint32(4)
      for (address, magic) in [
        (UInt64.max, magic), (UInt64(IndexTable.firstAddress), 7),
        (UInt64(IndexTable.firstAddress), magic), (0, magic),
      ] {
        writer.uint64(address)
        for word in [magic, .max, .max] { writer.uint32(word) }
        for _ in 0..<2 { writer.uint64(1 << 55) }
        writer.uint8(0)
      }
    },
  ]

  @Test("a list that lies is not believed", arguments: 0..<4)
  func lies(number: Int) throws {
    let again = simulated.reopened()
    let section = try IndexSection(again.parts.sections[0])
    let tail = try ArenaPartition(again.parts.arenas[0]).arenas[0].tail()
    var magic = ByteWriter()
    magic.uint32(section.header.bucketMagic ?? 0)
    var body = ByteWriter()
    body.score(Block(magic.bytes).score)
    Self.lies[number](&body, tail.clumpMagic)
    var list = ByteWriter()
    list.uint64(0x7661_6366_7320_6f66)
    list.uint32(UInt32(body.bytes.count))
    list.score(Block(body.bytes).score)
    list.raw(body.bytes)
    again.disk.damage(1) {
      $0.replaceSubrange(32768..<32768 + list.bytes.count, with: list.bytes)
    }

    let store = try again.open()
    try expectAll(store)
    try store.close()
    #expect(try again.check().problems == [])
  }

  @Test("where the index was made anew, other blocks may be left out: the list does not count")
  func otherIndex() throws {
    let again = simulated.reopened()
    // The full bucket gets an entry of the crowd that was left out, in place of one that was not.
    let section = try IndexSection(again.parts.sections[0])
    let bucket = try section.bucket(0)
    var entries: [IndexEntry] = []
    for index in 0..<bucket.count { entries.append(try bucket.entry(at: index)) }
    let known = Set(entries.map(\.score))
    let left = try #require(crowd.first { !known.contains($0.block.score) })
    let arena = try ArenaPartition(again.parts.arenas[0]).arenas[0]
    let clump = try #require(
      try arena.clumps().lazy.compactMap { try? $0.get() }
        .first { $0.info.score == left.block.score })
    entries[0] = IndexEntry(
      of: clump.info, address: UInt64(IndexTable.firstAddress + clump.position.offset))
    var writer = ByteWriter()
    Bucket.write(
      entries.sorted(), magic: section.header.bucketMagic, blockSize: 512, to: &writer)
    try section.partition.write(Block(writer.bytes).bytes, at: section.header.base)

    let store = try again.open()
    try expectAll(store)
    try store.close()
  }

  @Test(
    "an index that is damaged is made anew though it has no room for all, with the oldest blocks")
  func rebuilt() throws {
    let again = simulated.reopened()
    again.disk.damage(1) { $0[PartitionLayout.tableOffset(blockSize: 512)] ^= 0xff }
    let notices = Monitor([String]())
    var options = SimulatedStore.quiet
    options.notice = { line in notices.withLock { $0.append(line) } }

    let store = try again.open(options)
    try expectAll(store)
    try store.close()

    #expect(notices.withLock { $0.count { $0.contains("making the index anew") } } == 1)
    let report = try again.check()
    #expect(report.problems == [])
    #expect(report.entryCount == 13 + others.count)
    let index = try Index(name: "main", sections: [IndexSection(again.parts.sections[0])])
    for (block, type) in crowd.prefix(13) {
      #expect(try index.entries(for: block.score, type).count == 1)
    }
  }

  @Test("a store opens though its memory for the index is smaller than what is left out")
  func lessMemory() throws {
    let again = simulated.reopened()
    again.disk.damage(1) { $0[32768] ^= 1 }
    for _ in 0..<2 {
      var options = SimulatedStore.quiet
      options.unindexedClumpLimit = 3
      let store = try again.open(options)
      try expectAll(store)
      let error = #expect(throws: BlockError.self) {
        try store.write(Block(Array("new".utf8)), type: .data)
      }
      #expect("\(error.map { "\($0)" } ?? "")".contains("no space left in index"))
      try store.close()
    }
  }

  /// A store whose full buckets leave out more than half of what the smallest `icmem` has room for.
  private static func crowded() throws -> (SimulatedStore, [StoredBlock]) {
    let blocks = SimulatedStore.blocks(5000, of: 20...40, seed: 54)
    let simulated = try SimulatedStore(arenas: 1, buckets: 128)
    let store = try simulated.open()
    try store.write(blocks)
    try store.close()
    return (simulated.reopened(), blocks)
  }

  /// The smallest `icmem` there is.
  private static var smallestMemory: WriteOptions {
    var options = SimulatedStore.quiet
    options.unindexedClumpLimit = 4096
    return options
  }

  @Test("a start that finds most of its memory taken by blocks left out waits for no interval")
  func promptStart() throws {
    let (again, blocks) = try Self.crowded()
    let new = SimulatedStore.blocks(1500, of: 20...40, seed: 57)
    var options = SimulatedStore.quiet
    options.unindexedAtEndLimit = .max
    var store = try again.open(options)
    try store.write(new)
    try store.close()

    options = Self.smallestMemory
    options.indexIntervalSeconds = 60
    let start = ContinuousClock.now
    store = try again.open(options)
    #expect(ContinuousClock.now - start < .seconds(55))
    try store.expect(blocks + new)
    try store.close()
  }

  @Test("blocks left out, however many, do not have each new block indexed by itself")
  func largeBatches() throws {
    let (again, _) = try Self.crowded()
    let store = try again.open(Self.smallestMemory)
    func syncCount() -> Int { again.disk.events.count { $0 == .sync(1) } }
    let before = syncCount()
    for (block, type) in SimulatedStore.blocks(100, of: 20...40, seed: 55) {
      try store.write(block, type: type)
      try store.sync()
    }
    #expect(syncCount() == before)
    // Where more come, they go to the index by themselves, 512 at a time.
    for (block, type) in SimulatedStore.blocks(600, of: 20...40, seed: 56) {
      try store.write(block, type: type)
    }
    try store.close()
    let added = syncCount() - before
    #expect(added > 0 && added < 20, "\(added) syncs")
    #expect(try again.check().problems == [])
  }

  @Test("a list that says the same is not written again")
  func sameList() throws {
    let two = try SimulatedStore(arenas: 2, buckets: Self.bucketCount)
    let store = try two.open()
    let large = SimulatedStore.blocks(300, of: 8000...8192, seed: 58)
    try store.write(crowd + large)
    try store.flushIndex()
    func listCount() -> Int {
      two.disk.events.count { event in
        if case .write(1, offset: 32768, _) = event { true } else { false }
      }
    }
    let before = listCount()
    #expect(before > 0)
    let new = try #require(others.first)
    try store.write(new.block, type: new.type)
    try store.flushIndex()
    #expect(listCount() == before)
    try store.close()
    #expect(try two.check().problems == [])
    let again = try two.reopened().open()
    try again.expect(crowd)
    try again.close()
  }

  @Test("power may fail at any step beside full buckets")
  func powerCuts() throws {
    let new = SimulatedStore.blocks(30, of: 20...40, seed: 52)
    let start = simulated.reopened()
    let store = try start.open()
    for part in [new[..<10], new[10..<20], new[20...]] {
      try store.write(part)
      try store.flushIndex()
      start.disk.mark(part.endIndex)
    }
    try store.close()
    var random = SeededGenerator(seed: 53)
    for count in 0...start.disk.events.count {
      let cut = SimulatedStore(
        SimulatedDisk(start.disk.afterPowerCut(events: count, using: &random)))
      let safe = start.disk.events.prefix(count).reduce(0) { safe, event in
        if case .mark(let number) = event { number } else { safe }
      }
      for _ in 0..<2 {
        let store = try cut.open()
        try expectAll(store, "after \(count) events")
        try store.expect(new.prefix(safe))
        try store.close()
        #expect(try cut.check().problems == [], "after \(count) events")
      }
    }
  }
}
