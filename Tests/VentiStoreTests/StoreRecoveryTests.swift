import SystemPackage
import TestSupport
import Testing
import VentiCore
import VentiStore

struct StoreRecoveryTests {
  @Test("after a crash what was written is adopted, up to the first clump that is torn")
  func tornTail() throws {
    let simulated = try SimulatedStore(arenas: 1)
    let store = try simulated.open()
    let blocks = SimulatedStore.blocks(10, of: 100...200, seed: 9)
    try store.write(blocks)
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
    try again.expect(blocks.prefix(6))
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
    try store.write(blocks)
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
    try again.expect(blocks.dropLast())
    #expect(throws: BlockError.self) {
      try again.read(BlockAddress(last.block.score, last.type, limit: 600))
    }
    try again.write(last.block, type: last.type)
    try again.expect(last.block, last.type)
    try again.close()
    try store.close()
  }

  @Test("of a clump that is gone, the next ones do not stay out of the index", arguments: [5, 15])
  func gap(which: Int) throws {
    let simulated = try SimulatedStore(arenas: 1)
    let store = try simulated.open()
    let blocks = SimulatedStore.blocks(17, of: 400...500, seed: 12)
    try store.write(blocks.prefix(16))
    try store.sync()
    let damaged = simulated.reopened()
    try store.close()
    // In the header the score stands after nine bytes, in the directory after five.
    var score = ByteWriter()
    score.score(blocks[which].block.score)
    while let place = damaged.disk.contents[0].firstRange(of: score.bytes) {
      damaged.disk.damage(0) {
        $0.replaceSubrange(
          place.lowerBound - 5..<place.upperBound, with: repeatElement(0, count: 25))
      }
    }

    let again = try damaged.open()
    try again.write(blocks.suffix(1))
    try again.close()
    #expect(try damaged.check().unindexedCount == 0)
    let last = try damaged.open()
    try last.expect(blocks[..<which] + blocks[(which + 1)...])
    try last.close()
  }

  @Test(
    "what a tail counts ahead of a lost disk block is stored again when it is written again",
    arguments: [100...400, 1000...2000])
  func lostDiskBlock(byteCounts: ClosedRange<Int>) throws {
    let simulated = try SimulatedStore(arenas: 1)
    let store = try simulated.open()
    let blocks = SimulatedStore.blocks(16, of: byteCounts, seed: 11)
    try store.write(blocks)
    try store.sync()
    let places = try [blocks[0], blocks[15]].map { block, _ in
      var score = ByteWriter()
      score.score(block.score)
      return try #require(simulated.disk.contents[0].firstRange(of: score.bytes)).lowerBound / 512
    }
    for lost in places[0]...places[1] {
      let torn = simulated.reopened()
      torn.disk.damage(0) {
        $0.replaceSubrange(lost * 512..<(lost + 1) * 512, with: repeatElement(0, count: 512))
      }
      let again = try torn.open()
      try again.write(blocks)
      for (block, type) in blocks { try again.expect(block, type, "disk block \(lost) is lost") }
      try again.close()
    }
    try store.close()
  }

  @Test("an index that is damaged or gone is made anew", arguments: [262_144, 262_720])
  func lostIndex(offset: Int) throws {
    let simulated = try SimulatedStore()
    let store = try simulated.open()
    let blocks = SimulatedStore.blocks(60, seed: 11)
    try store.write(blocks)
    try store.close()
    simulated.disk.damage(1) { bytes in
      for index in offset..<offset + 64 { bytes[index] = 0 }
    }

    let again = try simulated.open()
    try again.expect(blocks)
    try again.close()
    #expect(try simulated.check().problems == [])
    #expect(try simulated.check().entryCount == 60)
  }

  @Test(
    "a check sees one flipped bit wherever there should be zeros, and repair leaves data alone",
    arguments: [
      // The header of the arena partition, its table, the head of an arena and its tail.
      (0, 262_144 + 300), (0, 262_656 + 200), (0, 786_944 + 300), (0, 1_835_008 + 300),
      // The table of the index.
      (1, 262_656 + 300),
    ])
  func strayBits(part: Int, offset: Int) throws {
    let simulated = try SimulatedStore()
    let store = try simulated.open()
    try store.write(SimulatedStore.blocks(20, seed: 15))
    try store.close()
    #expect(try simulated.check().problems == [])
    simulated.disk.damage(part) { $0[offset] ^= 4 }
    let arenas = simulated.disk.contents[0]

    #expect(try simulated.check().problemCount == 1)
    try StoreRepair(simulated.parts).rebuildIndex()
    #expect(try simulated.check().problemCount == (part == 0 ? 1 : 0))
    #expect(simulated.disk.contents[0] == arenas)
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
    try store.write(SimulatedStore.blocks(60, seed: 12))
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
    try store.write(safe)
    try store.flushIndex()
    simulated.disk.fail(after: operation, with: .noSpace)
    let unsafe = SimulatedStore.blocks(10, seed: 14)

    #expect(throws: BlockError.self) {
      try store.write(unsafe)
      try store.flushIndex()
      try store.sync()
    }
    let refused = #expect(throws: BlockError.self) { try store.write(Block([9]), type: .data) }
    #expect("\(refused.map { "\($0)" } ?? "")".hasPrefix("store takes no more writes: 'disk"))
    try store.expect(safe)
    #expect(throws: BlockError.self) { try store.close() }

    // What is on the disk is whole all the same.
    let again = simulated.reopened()
    let reopened = try again.open()
    try reopened.expect(safe)
    try reopened.close()
    #expect(try again.check().problems == [])
  }

  @Test(
    "what the system only seems to have written, after a failed sync, is written again",
    arguments: 1...24)
  func failedSync(operation: Int) throws {
    let simulated = try SimulatedStore()
    let safe = SimulatedStore.blocks(10, seed: 16)
    var store = try simulated.open()
    try store.write(safe)
    try store.flushIndex()
    simulated.disk.fail(after: operation, with: .ioError)
    let unsafe = SimulatedStore.blocks(10, seed: 17)
    for part in [unsafe[..<5], unsafe[5...]] {
      for (block, type) in part { _ = try? store.write(block, type: type) }
      try? store.sync()
      try? store.flushIndex()
    }
    try? store.close()

    // The same machine, which has in memory what is not on the disk.
    simulated.disk.heal()
    store = try simulated.open()
    try store.write(unsafe)
    try store.sync()
    try store.close()

    for seed in 0..<4 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let contents = simulated.disk.afterPowerCut(
        events: simulated.disk.events.count, using: &random)
      let cut = SimulatedStore(SimulatedDisk(contents))
      #expect(try cut.check().problems == [])
      let reopened = try cut.open()
      try reopened.expect(safe + unsafe)
      try reopened.close()
      #expect(try cut.check().problems == [])
    }
  }

  @Test(
    "what a repair of arenas counts, after a failed sync, is on the disk",
    arguments: 1...24)
  func repairAfterFailedSync(operation: Int) throws {
    let simulated = try SimulatedStore(arenas: 1)
    let store = try simulated.open()
    simulated.disk.fail(after: operation, with: .ioError)
    for (block, type) in SimulatedStore.blocks(10, seed: 18) {
      _ = try? store.write(block, type: type)
      try? store.sync()
    }
    try? store.close()

    // The same machine, which has in memory what is not on the disk.
    simulated.disk.heal()
    let arena = try ArenaPartition(simulated.parts.arenas[0]).arenas[0]
    let repair = try ArenaRepair(of: arena)
    try repair.apply()
    #expect(try arena.tail().written == repair.written)

    for seed in 0..<4 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let contents = simulated.disk.afterPowerCut(
        events: simulated.disk.events.count, using: &random)
      let cut = SimulatedStore(SimulatedDisk(contents))
      let reopened = try cut.open()
      try reopened.close()
      #expect(try cut.check().problems == [])
      guard repair.changesTail else { continue }
      #expect(try cut.check().clumpCount == repair.written.clumpCount)
    }
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
      case .failedSync(let number): "\(number) sync failed"
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
