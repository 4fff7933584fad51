import Posix
import SystemPackage
import TestSupport
import Testing
import VentiCore
import VentiStore

/// Blocks that are answered for before they are compressed and have a place in the log.
@Suite(.timeLimit(.minutes(2)))
struct PromiseTests {
  /// A store whose index is in memory, so that it promises what it can.
  private func withStore(
    arenas: Int = 3, _ options: WriteOptions = SimulatedStore.quiet,
    _ body: (SimulatedStore, Store) throws -> Void
  ) throws {
    let simulated = try SimulatedStore(arenas: arenas, buckets: 1024)
    simulated.disk.keepInMemory()
    try body(simulated, simulated.open(options))
  }

  private func promise(_ block: Block, _ type: BlockType, to store: Store) -> Bool {
    store.writeAtOnce(block, type: type, score: block.score)
  }

  private func promise(_ blocks: [StoredBlock], to store: Store) throws {
    for (block, type) in blocks {
      let isPromised = promise(block, type, to: store)
      try #require(isPromised)
    }
  }

  @Test("a block is read, and not stored again, before it is on the disk, or in the log")
  func readYourWrite() throws {
    try withStore { simulated, store in
      let blocks = SimulatedStore.blocks(20, of: 12...3000, seed: 1)
      for _ in 0..<2 {
        try promise(blocks, to: store)
        try store.write(blocks)
      }
      for (block, type) in blocks {
        try store.expect(block, type)
        #expect(store.readAtOnce(BlockAddress(block.score, type, limit: block.count)) == block)
      }
      #expect(simulated.disk.events.isEmpty)
      try store.close()
      #expect(try simulated.check().clumpCount == blocks.count)
    }
  }

  @Test("a sync covers what was promised before it: it is on the disk, compressed")
  func sync() throws {
    try withStore { simulated, store in
      let blocks = SimulatedStore.blocks(100, seed: 2)
      try promise(blocks, to: store)
      try store.sync()

      var random = SeededGenerator(seed: 2)
      let events = simulated.disk.events.count
      let cut = SimulatedStore(
        SimulatedDisk(simulated.disk.afterPowerCut(events: events, using: &random)))
      #expect(try cut.check().clumpCount == blocks.count)
      let arenas = try ArenaPartition(cut.parts.arenas[0]).arenas
      #expect(try arenas[0].tail().written.compressedClumpCount > blocks.count / 3)
      let again = try cut.open()
      try again.expect(blocks)
      try again.close()
      try store.close()
    }
  }

  @Test("closing a store takes what was promised to the disk and into the index")
  func close() throws {
    try withStore { simulated, store in
      let blocks = SimulatedStore.blocks(30, seed: 3)
      try promise(blocks, to: store)
      try store.close()
      #expect(!promise(Block([1, 2, 3]), .data, to: store))
      let report = try simulated.check()
      #expect(report.problems == [])
      #expect(report.entryCount == blocks.count)
      #expect(report.unindexedCount == 0)
    }
  }

  @Test("the interval of syncs covers what was promised")
  func interval() throws {
    var options = SimulatedStore.quiet
    options.syncIntervalSeconds = 0.01
    try withStore(options) { simulated, store in
      let written = Monitor(false)
      simulated.disk.interruptWrites(to: 0) { written.update { $0 = true } }
      #expect(promise(Block(Array("in passing".utf8)), .data, to: store))
      let isWritten = written.wait(until: .after(seconds: 60)) { $0 ? true : nil }
      #expect(isWritten == true)
      try store.close()
    }
  }

  @Test("many blocks are compressed and written though nobody asks for it")
  func eagerness() throws {
    var options = SimulatedStore.quiet
    options.unwrittenByteLimit = 50_000
    try withStore(options) { simulated, store in
      let written = Monitor(false)
      simulated.disk.interruptWrites(to: 0) { written.update { $0 = true } }
      try promise(SimulatedStore.blocks(16, of: 8192...8192, seed: 4), to: store)
      let isWritten = written.wait(until: .after(seconds: 60)) { $0 ? true : nil }
      #expect(isWritten == true)
      try store.close()
    }
  }

  @Test("an error of the disk after the promise fails the sync and every later write")
  func failure() throws {
    try withStore { simulated, store in
      let block = Block(Array("promised".utf8))
      let other = Block(Array("too late".utf8))
      #expect(promise(block, .data, to: store))
      simulated.disk.fail(after: 1, with: .ioError)
      #expect(throws: BlockError.self) { try store.sync() }
      simulated.disk.heal()

      let error = BlockError.failed(reason: try #require(store.failure))
      #expect(!promise(other, .data, to: store))
      #expect(throws: error) { try store.write(other, type: .data) }
      #expect(throws: error) { try store.sync() }
      #expect(throws: error) { try store.close() }
    }
  }

  @Test("no more is promised than memory may hold; then writers compress themselves")
  func memory() throws {
    var options = SimulatedStore.quiet
    options.unpackedByteLimit = 20_000
    try withStore(options) { simulated, store in
      let blocks = SimulatedStore.blocks(40, of: 5000...5000, seed: 5)
      let promised = blocks.prefix { promise($0.block, $0.type, to: store) }
      #expect(promised.count == 4)
      for (block, type) in blocks.dropFirst(promised.count) {
        #expect(!promise(block, type, to: store))
        try store.write(block, type: type)
      }
      try store.sync()
      #expect(promise(Block(Array("room again".utf8)), .data, to: store))
      try store.close()
      #expect(try simulated.check().clumpCount == blocks.count + 1)
    }
  }

  @Test("room in the arenas that was promised is given to nobody else", arguments: [6, 7, 8])
  func full(seed: UInt64) throws {
    try withStore(arenas: 2) { simulated, store in
      var random = SeededGenerator(seed: seed)
      var stored: [StoredBlock] = []
      let error = #expect(throws: BlockError.self) {
        for (block, type) in SimulatedStore.blocks(2000, of: 12...30_000, seed: seed) {
          // Some come by the way that waits, between those that are promised.
          if Int.random(in: 0..<3, using: &random) == 0 || !promise(block, type, to: store) {
            try store.write(block, type: type)
          }
          stored.append((block, type))
        }
      }
      #expect(error == .full(reason: "no space left in arenas"))
      try simulated.expectFull(holding: stored, store)
    }
  }

  @Test("many threads write the same blocks, promised and not, and each is stored once")
  func threads() throws {
    var options = SimulatedStore.quiet
    options.unpackedByteLimit = 1 << 20
    options.unwrittenByteLimit = 1 << 20
    try withStore(arenas: 4, options) { simulated, store in
      let blocks = SimulatedStore.blocks(300, seed: 9)
      runWriters(4) { thread in
        for (block, type) in blocks {
          let score = block.score
          if thread == 0 || !store.writeAtOnce(block, type: type, score: score) {
            try store.write(block, type: type)
          }
          try store.expect(block, type)
        }
        try store.sync()
      }
      try store.close()
      let report = try simulated.check()
      #expect(report.problems == [])
      #expect(report.clumpCount == blocks.count)
    }
  }
}
