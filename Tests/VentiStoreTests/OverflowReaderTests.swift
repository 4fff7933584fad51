import Posix
import TestSupport
import Testing
import VentiCore
import VentiStore

/// Who only reads a store uses the list of blocks for which full buckets have no room, beside a writer.
@Suite(.timeLimit(.minutes(5)))
struct OverflowReaderTests {
  private let blocks: [StoredBlock]
  private let simulated: SimulatedStore

  /// A store whose first batches leave out some blocks; what comes later is all behind them.
  init() throws {
    blocks = SimulatedStore.blocks(3000, of: 20...24, seed: 90)
    let simulated = try SimulatedStore(arenas: 1, buckets: 256)
    let store = try simulated.open()
    try store.write(blocks)
    try store.close()
    self.simulated = simulated.reopened()
  }

  private static func reader(of store: SimulatedStore) throws -> ReadOnlyStore {
    try ReadOnlyStore(
      partitions: [ArenaPartition(store.parts.arenas[0])], indexName: "main",
      sections: [IndexSection(store.parts.sections[0])])
  }

  /// The blocks that the index does not have.
  private func leftOut() throws -> [StoredBlock] {
    let index = try Index(name: "main", sections: [IndexSection(simulated.parts.sections[0])])
    return try blocks.filter { try index.entries(for: $0.block.score, $0.type).isEmpty }
  }

  @Test("what was left out is found without the directories", arguments: [true, false])
  func directories(hasList: Bool) throws {
    let left = try leftOut()
    #expect(left.count > 100)
    if !hasList { simulated.disk.damage(1) { $0[32768] ^= 1 } }
    let reader = try Self.reader(of: simulated)
    let before = simulated.disk.reads(of: 0).byteCount
    #expect(try reader.read(address(of: left[0])) == left[0].block)
    let byteCount = simulated.disk.reads(of: 0).byteCount - before

    // The tail, what follows the last clump, the clump, and either the headers of those that were left
    // out or a directory of 75 kB, and a header after each block of it.
    let expected = hasList ? left.count * ClumpHeader.byteCount : 3000 * ClumpInfo.byteCount
    #expect((expected..<expected * 6 / 5 + 2000).contains(byteCount), "\(byteCount) bytes")
    for block in left { #expect(try reader.read(address(of: block)) == block.block) }
  }

  @Test("a block that nobody has is not found")
  func absent() throws {
    let reader = try Self.reader(of: simulated)
    let absent = Block(Array("absent".utf8))
    for _ in 0..<2 {
      #expect(throws: BlockError.notFound(absent.score, .data)) {
        try reader.read(BlockAddress(absent.score, .data, limit: 100))
      }
    }
  }

  @Test("a reader finds all that is safe in the middle of each write to the index")
  func writing() throws {
    let reader = try Self.reader(of: simulated)
    let safe = Monitor(blocks)
    let missed = Monitor((looks: 0, blocks: [StoredBlock]()))
    let new = SimulatedStore.blocks(120, of: 20...24, seed: 91)
    let left = try leftOut()
    simulated.disk.interruptWrites(to: 1) {
      // What was left out, what came last, and some of the others.
      let all = safe.withLock { $0 }
      let looked = left + all.suffix(40) + all.prefix(40)
      let lost = looked.filter { block, type in
        (try? reader.read(BlockAddress(block.score, type, limit: 100))) != block
      }
      missed.withLock { missed in
        missed.looks += 1
        missed.blocks += lost
      }
    }
    let store = try simulated.open()
    for start in stride(from: 0, to: new.count, by: 40) {
      try store.write(new[start..<start + 40])
      try store.sync()
      safe.withLock { $0 += new[start..<start + 40] }
      try store.flushIndex()
    }
    try store.close()

    #expect(missed.withLock { $0.looks } > 6)
    #expect(missed.withLock { $0.blocks.map(\.block.score) } == [])
    #expect(try simulated.check().problems == [])
  }

  @Test("a reader goes on reading when the index is made anew, and while it is")
  func rebuilding() throws {
    let roomy = try SimulatedStore(arenas: 1, buckets: 2048)
    let store = try roomy.open()
    try store.write(blocks)
    try store.close()
    let reader = try Self.reader(of: roomy)
    let missed = Monitor((looks: 0, blocks: 0))
    roomy.disk.interruptWrites(to: 1) { [blocks] in
      // Backwards, so that no window of the log has them.
      let lost = stride(from: blocks.count - 1, to: 0, by: -31).count { number in
        let (block, type) = blocks[number]
        return (try? reader.read(BlockAddress(block.score, type, limit: 100))) != block
      }
      missed.withLock { $0 = ($0.looks + 1, $0.blocks + lost) }
    }
    try StoreRepair(roomy.parts).rebuildIndex()
    #expect(missed.withLock { $0.looks } > 3)
    #expect(missed.withLock { $0.blocks } == 0)
    for block in blocks { #expect(try reader.read(address(of: block)) == block.block) }
  }

  private func address(of block: StoredBlock) -> BlockAddress {
    BlockAddress(block.block.score, block.type, limit: 100)
  }
}
