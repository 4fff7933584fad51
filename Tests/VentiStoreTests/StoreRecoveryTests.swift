import SystemPackage
import TestSupport
import Testing
import VentiCore
import VentiStore

struct StoreRecoveryTests {
  /// Writes and syncs in turn, with marks on the disk where blocks became safe.
  ///
  /// - Returns: the blocks, in the order of the marks: with mark n those of the first n rounds are
  ///   safe.
  private func run(_ simulated: SimulatedStore, seed: UInt64) throws -> [[(Block, BlockType)]] {
    let store = try simulated.open()
    var rounds: [[(Block, BlockType)]] = []
    for round in 0..<4 {
      let blocks = SimulatedStore.blocks(12, of: 1...3000, seed: seed + UInt64(round))
      for (block, type) in blocks { try store.write(block, type: type) }
      try store.sync()
      rounds.append(blocks.map { ($0.block, $0.type) })
      simulated.disk.mark(rounds.count)
      if round % 2 == 1 { try store.flushIndex() }
    }
    try store.close()
    return rounds
  }

  @Test(
    "after a power cut at any step no safe block is lost and no wrong one returned",
    arguments: [1])
  func powerCuts(seed: UInt64) throws {
    let simulated = try SimulatedStore(arenas: 1, buckets: 24)
    let rounds = try run(simulated, seed: seed * 1000)
    let events = simulated.disk.events
    #expect(events.count > 40)
    var random = SeededGenerator(seed: seed)
    for count in 0...events.count {
      let marks = events.prefix(count).compactMap { event in
        if case .mark(let number) = event { number } else { nil }
      }
      let disk = SimulatedDisk(
        simulated.disk.afterPowerCut(events: count, using: &random))
      try expectWhole(SimulatedStore(disk), rounds.prefix(marks.last ?? 0), "after \(count) events")
    }
  }

  /// Opens a store after a crash, and expects blocks to be there, now and when all is indexed.
  private func expectWhole(
    _ simulated: SimulatedStore, _ rounds: ArraySlice<[(Block, BlockType)]>, _ comment: Comment
  ) throws {
    let store = try simulated.open()
    for (block, type) in rounds.joined() { try store.expect(block, type, comment) }
    try store.write(Block(Array("life goes on".utf8)), type: .data)
    try store.close()
    let report = try simulated.check()
    #expect(report.problems == [], comment)
    #expect(report.unindexedCount == 0, comment)
  }

  @Test("after a crash what was written is adopted, up to the first clump that is torn")
  func tornTail() throws {
    let simulated = try SimulatedStore(arenas: 1)
    let store = try simulated.open()
    let blocks = SimulatedStore.blocks(10, of: 100...200, seed: 9)
    for (block, type) in blocks { try store.write(block, type: type) }
    try store.sync()
    let events = simulated.disk.events
    // All but the tail reaches the disk, and of the clumps not the seventh.
    var random = SeededGenerator(seed: 1)
    let dataEnd = try #require(events.firstIndex(of: .sync(0))) + 1
    let torn = SimulatedStore(
      SimulatedDisk(simulated.disk.afterPowerCut(events: dataEnd, using: &random)))
    let index = try #require(torn.disk.contents[0].firstRange(of: blocks[6].block.array))
    torn.disk.damage(0) { $0[index.lowerBound + 3] ^= 1 }

    let again = try torn.open()
    for (block, type) in blocks.prefix(6) { try again.expect(block, type) }
    for (block, type) in blocks.suffix(4) {
      #expect(throws: BlockError.notFound(block.score, type)) {
        try again.read(BlockAddress(block.score, type, limit: 300))
      }
      try again.write(block, type: type)
    }
    try again.close()
    #expect(try torn.check().clumpCount == 10)
    #expect(try torn.check().problems == [])
    try store.close()
  }

  @Test(
    "a damaged clump at the end, compressed or not, does not keep a store from opening",
    arguments: [0, 1])
  func damagedEnd(which: Int) throws {
    let simulated = try SimulatedStore(arenas: 1)
    let store = try simulated.open()
    // One block is stored as it is, the other compressed.
    let blocks = SimulatedStore.blocks(2 + which, of: 400...500, seed: 10)
    for (block, type) in blocks { try store.write(block, type: type) }
    try store.sync()
    let damaged = simulated.reopened()
    let last = try #require(blocks.last)
    var score = ByteWriter()
    score.score(last.block.score)
    // The score stands nine bytes into the header; the data begins 29 bytes after that.
    let header = try #require(damaged.disk.contents[0].firstRange(of: score.bytes))
    let place = header.lowerBound + 29 + 5
    damaged.disk.damage(0) { $0[place] ^= 0x55 }

    let again = try damaged.open()
    for (block, type) in blocks.dropLast() { try again.expect(block, type) }
    #expect(throws: BlockError.self) {
      try again.read(BlockAddress(last.block.score, last.type, limit: 600))
    }
    try again.write(last.block, type: last.type)
    try again.expect(last.block, last.type)
    try again.close()
    try store.close()
  }

  @Test("an index that is damaged or gone is made anew", arguments: [262_144, 262_720])
  func lostIndex(offset: Int) throws {
    let simulated = try SimulatedStore()
    let store = try simulated.open()
    let blocks = SimulatedStore.blocks(60, seed: 11)
    for (block, type) in blocks { try store.write(block, type: type) }
    try store.close()
    simulated.disk.damage(1) { bytes in
      for index in offset..<offset + 64 { bytes[index] = 0 }
    }

    let again = try simulated.open()
    for (block, type) in blocks { try again.expect(block, type) }
    try again.close()
    #expect(try simulated.check().problems == [])
    #expect(try simulated.check().entryCount == 60)
  }

  @Test("a section of another index is not written over")
  func foreignIndex() throws {
    let simulated = try SimulatedStore()
    var parts = simulated.parts
    parts.indexName = "other"
    #expect(throws: StoreError.occupied(partition: "disk1", by: "a section of index 'main'")) {
      try Store(parts, options: SimulatedStore.quiet)
    }
  }

  @Test("a bloom filter that is damaged is made anew")
  func lostBloom() throws {
    let simulated = try SimulatedStore(bloomByteCount: 1 << 20)
    let store = try simulated.open()
    for (block, type) in SimulatedStore.blocks(60, seed: 12) { try store.write(block, type: type) }
    try store.close()
    simulated.disk.damage(2) { $0 = [UInt8](repeating: 0, count: $0.count) }
    #expect(try simulated.check().problemCount > 0)

    try simulated.open().close()
    #expect(try simulated.check().problems == [])
  }

  @Test(
    "after a failed write or sync nothing more is taken, and all that is there can be read",
    arguments: 1...12)
  func failures(operation: Int) throws {
    let simulated = try SimulatedStore()
    let store = try simulated.open()
    let safe = SimulatedStore.blocks(10, seed: 13)
    for (block, type) in safe { try store.write(block, type: type) }
    try store.flushIndex()
    simulated.disk.fail(after: operation, with: .noSpace)
    let unsafe = SimulatedStore.blocks(10, seed: 14)

    #expect(throws: BlockError.self) {
      for (block, type) in unsafe { try store.write(block, type: type) }
      try store.flushIndex()
      try store.sync()
    }
    let refused = #expect(throws: BlockError.self) { try store.write(Block([9]), type: .data) }
    #expect("\(refused.map { "\($0)" } ?? "")".hasPrefix("store takes no more writes: 'disk"))
    for (block, type) in safe { try store.expect(block, type) }
    #expect(throws: BlockError.self) { try store.close() }

    // What is on the disk is whole all the same.
    let again = simulated.reopened()
    let reopened = try again.open()
    for (block, type) in safe { try reopened.expect(block, type) }
    try reopened.close()
    #expect(try again.check().problems == [])
  }

  @Test("a read error is an error of that read alone")
  func readErrors() throws {
    let simulated = try SimulatedStore()
    let store = try simulated.open()
    let block = Block(Array("here".utf8))
    try store.write(block, type: .data)
    try store.flushIndex()

    simulated.disk.failReads(true)
    #expect(throws: BlockError.self) { try store.expect(block, .data) }
    simulated.disk.failReads(false)
    try store.expect(block, .data)
    try store.close()
  }

  @Test("the disk is written and synced in the order that keeps every promise")
  func trace() throws {
    let simulated = try SimulatedStore(arenas: 1)
    let store = try simulated.open()
    try store.write(Block(Array("hello world\n".utf8)), type: .data)
    try store.sync()
    try store.flushIndex()
    try store.close()

    let trace = simulated.disk.events.map { event in
      switch event {
      case .write(let number, let offset, let bytes): "\(number) write \(offset) \(bytes.count)"
      case .sync(let number): "\(number) sync"
      case .mark(let number): "mark \(number)"
      }
    }
    // The arena begins at 786944: its data at 787456, its tail at the end, the directory below.
    #expect(
      trace == [
        // Asked to sync: clump and directory entry, then the tail that counts them.
        "0 write 787456 54", "0 write 1834496 512", "0 sync", "0 write 1835008 512", "0 sync",
        // Asked to index: journal, then bucket; bloom filter; the tail that says so.
        "1 write 65536 80", "1 sync", "1 write 804352 512", "1 sync",
        "1 write 65536 36", "1 write 159744 36", "2 write 0 4096", "2 sync",
        "0 write 1835008 512", "0 sync",
      ])
  }
}
