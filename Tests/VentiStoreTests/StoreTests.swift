import Posix
import TestSupport
import Testing
import VentiCore
import VentiStore

struct StoreTests {
  @Test("what is written is read back: at once, synced, indexed, and after opening again")
  func roundTrip() throws {
    let simulated = try SimulatedStore()
    let store = try simulated.open()
    let blocks = SimulatedStore.blocks(120, seed: 1)

    for (block, type) in blocks { #expect(try store.write(block, type: type) == block.score) }
    try store.expect(blocks)
    try store.sync()
    try store.expect(blocks)
    try store.flushIndex()
    try store.expect(blocks)
    try store.close()

    let again = try simulated.open()
    try again.expect(blocks)
    try again.close()
    let report = try simulated.check()
    #expect(report.problems == [])
    #expect(report.clumpCount == blocks.count)
    #expect(report.entryCount == blocks.count)
    #expect(report.unindexedCount == 0)
  }

  @Test("what is written is on its way to the disk before anybody asks for a sync")
  func beginsToSync() throws {
    let simulated = try SimulatedStore()
    var options = SimulatedStore.quiet
    options.unwrittenByteLimit = 30_000
    let store = try simulated.open(options)
    let before = simulated.disk.events.count
    try store.write(SimulatedStore.blocks(60, seed: 8))

    let ranges = try #require(simulated.disk.waitForBegun())
    let events = simulated.disk.events[before...]
    #expect(!events.contains { if case .sync = $0 { true } else { false } })
    let written = events.compactMap { event in
      if case .write(0, let offset, let bytes) = event {
        offset..<offset + bytes.count
      } else {
        nil
      }
    }
    for range in ranges {
      #expect(!range.isEmpty && written.contains { $0.contains(range.lowerBound) })
      #expect(written.contains { $0.contains(range.upperBound - 1) })
    }
    try store.close()
  }

  @Test("a store knows which blocks it has, and that one is lost whose header is gone")
  func contains() throws {
    let simulated = try SimulatedStore(arenas: 1)
    let store = try simulated.open()
    let blocks = SimulatedStore.blocks(20, seed: 30)

    try store.write(blocks[..<10])
    try store.flushIndex()
    try store.write(blocks[10...])
    for (number, stored) in blocks.enumerated() {
      #expect(store.contains(stored.block.score, stored.type) == true, "block \(number)")
    }
    #expect(store.contains(Block([1, 2, 3]).score, .data) == false)
    try store.close()

    let arena = try ArenaPartition(simulated.parts.arenas[0]).arenas[0]
    let first = arena.start + arena.geometry.dataOffset
    let zeros = Block([UInt8](repeating: 0, count: 38))
    try simulated.parts.arenas[0].write(zeros.bytes, at: first)
    let again = try simulated.open()
    #expect(again.contains(blocks[0].block.score, blocks[0].type) == false)
    #expect(again.contains(blocks[1].block.score, blocks[1].type) == true)
    try again.close()
  }

  @Test(
    "a block whose clump is gone is stored again, be it in the index or not", arguments: [0, 100])
  func storedAgain(unindexedAtEnd: Int) throws {
    let simulated = try SimulatedStore(arenas: 1)
    var options = SimulatedStore.quiet
    options.unindexedAtEndLimit = unindexedAtEnd
    let blocks = SimulatedStore.blocks(20, seed: 31)
    let store = try simulated.open(options)
    try store.write(blocks)
    try store.close()
    let arena = try ArenaPartition(simulated.parts.arenas[0]).arenas[0]
    let zeros = Block([UInt8](repeating: 0, count: 38))
    try simulated.parts.arenas[0].write(
      zeros.bytes, at: arena.start + arena.geometry.dataOffset)

    let again = try simulated.open(options)
    #expect(again.contains(blocks[0].block.score, blocks[0].type) == false)
    try again.write(blocks)
    try again.expect(blocks)
    try again.flushIndex()
    try again.expect(blocks)
    try again.close()

    let last = try simulated.open(options)
    try last.expect(blocks)
    try last.close()
    #expect(try ArenaPartition(simulated.parts.arenas[0]).arenas[0].tail().written.clumpCount == 21)
  }

  @Test("a few clumps may be left unindexed: they are found, and indexed once there are more")
  func unindexedAtEnd() throws {
    let simulated = try SimulatedStore()
    let blocks = SimulatedStore.blocks(120, seed: 5)
    var options = WriteOptions()
    options.unindexedAtEndLimit = 100
    for part in [blocks[..<80], blocks[80...]] {
      let store = try simulated.open(options)
      try store.write(part)
      try store.close()
      let report = try simulated.check()
      #expect(report.problems == [])
      #expect(report.unindexedCount == (part.startIndex == 0 ? 80 : 0))
      let again = try simulated.open(options)
      try again.expect(part)
      try again.close()
    }
  }

  @Test("the next start does not read the log of an arena that was left unindexed")
  func knownTail() throws {
    let simulated = try SimulatedStore(arenas: 1)
    var options = SimulatedStore.quiet
    options.unindexedAtEndLimit = 1000
    let blocks = SimulatedStore.blocks(100, of: 4000...5000, seed: 15)
    let store = try simulated.open(options)
    try store.write(blocks)
    try store.close()
    let before = simulated.disk.reads(of: 0).byteCount

    let again = try simulated.open(options)

    #expect(simulated.disk.reads(of: 0).byteCount - before < 100_000)
    try again.expect(blocks)
    try again.close()
  }

  @Test("what was written after a store was closed is looked at in full by the next start")
  func laterTail() throws {
    let simulated = try SimulatedStore(arenas: 1)
    var options = SimulatedStore.quiet
    options.unindexedAtEndLimit = 1000
    let blocks = SimulatedStore.blocks(20, of: 700...900, seed: 16)
    let closed = try simulated.open(options)
    try closed.write(blocks[..<10])
    try closed.close()
    let killed = try simulated.open(options)
    try killed.write(blocks[10...])
    try killed.sync()
    let damaged = simulated.reopened()
    var score = ByteWriter()
    score.score(blocks[15].block.score)
    let header = try #require(damaged.disk.contents[0].firstRange(of: score.bytes))
    damaged.disk.damage(0) { $0[header.lowerBound] ^= 1 }

    let again = try damaged.open(options)
    try again.write(blocks[15].block, type: blocks[15].type)

    try again.expect(blocks)
    try again.close()
    try killed.close()
  }

  @Test("blocks that are not indexed yet are read along the log, in a few reads")
  func unindexedInOrder() throws {
    let simulated = try SimulatedStore(arenas: 1)
    let store = try simulated.open()
    let blocks = SimulatedStore.blocks(150, of: 1000...3000, seed: 6)
    try store.write(blocks)
    try store.sync()
    let before = simulated.disk.reads(of: 0).count

    try store.expect(blocks)

    #expect(simulated.disk.reads(of: 0).count - before < 12)
    try store.close()
  }

  @Test("a block is stored once, whoever writes it, whenever")
  func once() throws {
    let simulated = try SimulatedStore()
    let store = try simulated.open()
    let block = Block(Array("the same again".utf8))

    for _ in 0..<3 { try store.write(block, type: .data) }
    try store.flushIndex()
    for _ in 0..<3 { try store.write(block, type: .data) }
    try store.close()
    let again = try simulated.open()
    try again.write(block, type: .data)
    try again.close()

    #expect(try simulated.check().clumpCount == 1)
  }

  @Test("the same bytes of another type are another block; pointers to data and to directories not")
  func types() throws {
    let simulated = try SimulatedStore()
    let store = try simulated.open()
    let block = Block(Array("typed".utf8))

    try store.write(block, type: .data)
    try store.write(block, type: .directory)
    try store.write(block, type: .data.above(1))
    try store.write(block, type: .directory.above(1))
    #expect(throws: BlockError.notFound(block.score, .root)) {
      try store.read(BlockAddress(block.score, .root, limit: 100))
    }
    try store.close()

    #expect(try simulated.check().clumpCount == 3)
  }

  @Test("an empty block is not stored, one that is too long refused")
  func lengths() throws {
    let store = try SimulatedStore().open()
    #expect(try store.write(.empty, type: .data) == .zero)
    #expect(try store.read(BlockAddress(.zero, .data, limit: 0)).count == 0)
    let longest = Block([UInt8](repeating: 1, count: 57344))
    try store.write(longest, type: .data)
    try store.expect(longest, .data)
    #expect(throws: BlockError.self) {
      try store.write(Block([UInt8](repeating: 1, count: 57345)), type: .data)
    }
    try store.close()
  }

  @Test("a block longer than its reader can use is an error")
  func tooLong() throws {
    let store = try SimulatedStore().open()
    let block = Block(Array("eleven byte".utf8))
    try store.write(block, type: .data)
    #expect(throws: BlockError.tooLong(block.score, .data, count: 11, limit: 10)) {
      try store.read(BlockAddress(block.score, .data, limit: 10))
    }
    try store.close()
  }

  @Test("arenas are filled one after the other, and sealed, the last one too")
  func sealing() throws {
    let simulated = try SimulatedStore(arenas: 2, buckets: 1024)
    let store = try simulated.open()
    var stored: [StoredBlock] = []
    let error = #expect(throws: BlockError.self) {
      for (block, type) in SimulatedStore.blocks(1000, of: 8000...8192, seed: 2) {
        try store.write(block, type: type)
        stored.append((block, type))
      }
    }
    #expect(error == .full(reason: "no space left in arenas"))

    // Reads go on, and so does everything else.
    try simulated.expectFull(holding: stored, store)
  }

  @Test("an arena that was indexed before it was full gets its seal")
  func sealedWhenIdle() throws {
    let simulated = try SimulatedStore(arenas: 1, buckets: 1024)
    let store = try simulated.open()
    let blocks = SimulatedStore.blocks(1000, of: 8000...8192, seed: 40)
    let error = #expect(throws: BlockError.self) {
      for (block, type) in blocks {
        try store.write(block, type: type)
        // All is indexed when the block comes that does not fit.
        try store.flushIndex()
      }
    }
    #expect(error == .full(reason: "no space left in arenas"))
    try store.flushIndex()
    #expect(try simulated.check().sealCount == 1)
    try store.close()
    #expect(try simulated.check().problems == [])
  }

  @Test("a seal that a crash prevented is made up for")
  func sealLater() throws {
    let simulated = try SimulatedStore(arenas: 2, buckets: 1024)
    let store = try simulated.open()
    for (block, type) in SimulatedStore.blocks(260, of: 8000...8192, seed: 3) {
      try store.write(block, type: type)
    }
    try store.close()
    let sealed = simulated.reopened()
    let end = sealed.disk.contents[0].count - 1 << 20
    sealed.disk.damage(0) {
      $0.replaceSubrange(end - 20..<end, with: [UInt8](repeating: 0, count: 20))
    }
    #expect(try sealed.check().sealCount == 0)

    let again = try sealed.open()
    try again.flushIndex()
    try again.close()
    #expect(try sealed.check().sealCount == 1)
    #expect(try sealed.check().problems == [])
  }

  @Test("many threads write and read at once")
  func threads() throws {
    let simulated = try SimulatedStore(arenas: 4, buckets: 1024)
    var options = SimulatedStore.quiet
    options.unwrittenByteLimit = 40_000
    options.unindexedClumpLimit = 64
    let store = try simulated.open(options)
    runWriters(4) { thread in
      // Two and two write the same.
      for (block, type) in SimulatedStore.blocks(100, seed: UInt64(100 + thread / 2)) {
        try store.write(block, type: type)
        try store.expect(block, type)
      }
      try store.sync()
    }
    try store.close()
    #expect(try simulated.check().problems == [])
    #expect(try simulated.check().clumpCount >= 200)
  }

  @Test("a full bucket keeps its blocks readable and holds up no other bucket")
  func fullBucket() throws {
    // 13 entries to a bucket of 512 bytes, and few buckets.
    let simulated = try SimulatedStore(arenas: 1, buckets: 16, hasBloom: false)
    let store = try simulated.open()
    let blocks = SimulatedStore.blocks(190, of: 20...40, seed: 4)
    for (block, type) in blocks {
      try store.write(block, type: type)
    }
    try store.flushIndex()
    try store.expect(blocks)
    try store.close()

    let indexed = try simulated.check()
    #expect(indexed.entryCount > 150)
    #expect(indexed.entryCount < blocks.count)
    #expect(indexed.problems == [])
    let again = try simulated.open()
    try again.expect(blocks)
    try again.close()
  }

  @Test("blocks whose bloom bits lie under the header are found and stored once")
  func bloomBitsUnderHeader() throws {
    let simulated = try SimulatedStore()
    let store = try simulated.open()
    let probes = [322, 1180, 3752, 5428].map { Block(Array("bloom probe \($0)\n".utf8)) }
    for block in probes { try store.write(block, type: .data) }
    try store.close()
    let again = try simulated.open()
    for block in probes {
      try again.write(block, type: .data)
      try again.expect(block, .data)
    }
    try again.close()
    #expect(try simulated.check().clumpCount == probes.count)
  }

  @Test("a closed store takes no more writes")
  func closed() throws {
    let store = try SimulatedStore().open()
    try store.close()
    #expect(throws: BlockError.failed(reason: "store is closed")) {
      try store.write(Block([1]), type: .data)
    }
    #expect(throws: BlockError.self) { try store.sync() }
  }

  @Test("many blocks are fetched at once")
  func fetch() throws {
    let store = try SimulatedStore().open()
    let blocks = SimulatedStore.blocks(50, seed: 5)
    try store.write(blocks)
    let found = Monitor([Score]())
    store.fetch(blocks.map { BlockAddress($0.block.score, $0.type, limit: 57344) }) { _, result in
      guard case .success(let block) = result else { return }
      found.update { $0.append(block.score) }
    }
    let all = found.wait(until: .after(seconds: 60)) { $0.count == 50 ? $0 : nil }
    #expect(Set(all ?? []) == Set(blocks.map(\.block.score)))
    try store.close()
  }
}
