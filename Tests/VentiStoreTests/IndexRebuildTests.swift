import TestSupport
import Testing
import VentiCore
import VentiStore

/// An index is made anew in the memory that the configuration gives it, however large it is.
struct IndexRebuildTests {
  @Test(
    "with little memory or much, the index is the same, and directories are read once",
    arguments: [0, 1 << 20, 64 << 20])
  func memory(byteCount: Int) throws {
    let simulated = try SimulatedStore(arenas: 2, buckets: 1024, bloomByteCount: 1 << 20)
    let store = try simulated.open()
    let blocks = SimulatedStore.blocks(4000, of: 20...40, seed: 60)
    for (block, type) in blocks { try store.write(block, type: type) }
    try store.close()
    let again = simulated.reopened()
    // Sections that nobody has laid out yet hold whatever they hold.
    again.disk.damage(1) { bytes in
      for index in bytes.indices where index >= PartitionLayout.base(blockSize: 512) {
        bytes[index] = 0xa5
      }
    }
    var parts = again.parts
    parts.indexMemoryByteCount = byteCount
    let before = again.disk.reads(of: 0).byteCount

    try StoreRepair(parts).rebuildIndex()

    // 4000 entries of 25 bytes, and the header of a clump after each disk block of them.
    #expect(again.disk.reads(of: 0).byteCount - before < 4000 * 25 * 2)
    let report = try again.check()
    #expect(report.problems == [])
    #expect(report.entryCount == blocks.count)
    let reopened = try again.open()
    for (block, type) in blocks.prefix(200) { try reopened.expect(block, type) }
    try reopened.close()
  }

  @Test("a block that was stored twice has one entry: that of its first clump")
  func twice() throws {
    let simulated = try SimulatedStore(arenas: 1, hasBloom: false)
    let store = try simulated.open()
    let blocks = SimulatedStore.blocks(20, of: 20...40, seed: 61)
    for (block, type) in blocks { try store.write(block, type: type) }
    try store.flushIndex()
    // Nobody can tell that they are there.
    simulated.disk.failReads(true)
    for (block, type) in blocks { try store.write(block, type: type) }
    simulated.disk.failReads(false)
    try store.close()
    #expect(try simulated.check().clumpCount == 40)

    try StoreRepair(simulated.parts).rebuildIndex()

    #expect(try simulated.check().problems == [])
    #expect(try simulated.check().entryCount == 20)
  }

  @Test("where an arena has no tail, the index is not given up to be made anew")
  func withoutTail() throws {
    let simulated = try SimulatedStore(arenas: 2)
    let store = try simulated.open()
    for (block, type) in SimulatedStore.blocks(20, seed: 62) { try store.write(block, type: type) }
    try store.close()
    let end = simulated.disk.contents[0].count
    simulated.disk.damage(0) { $0[end - 512] ^= 1 }
    let contents = simulated.disk.contents

    #expect(throws: StoreError.self) { try StoreRepair(simulated.parts).rebuildIndex() }

    #expect(simulated.disk.contents == contents)
  }
}
