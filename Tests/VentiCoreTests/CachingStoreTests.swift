import TestSupport
import Testing
import VentiCore

struct CachingStoreTests {
  @Test("what is read comes from the store once, and ahead if that was asked for")
  func reads() throws {
    let base = MemoryStore()
    let blocks = (0..<4).map { Block([UInt8($0), 1]) }
    for block in blocks { try base.write(block, type: .data) }
    let store = CachingStore(base, capacityBytes: 1 << 20)
    let addresses = blocks.map { BlockAddress($0.score, .data, limit: 10) }

    store.prefetch(Array(addresses.prefix(3)))

    for _ in 0..<2 {
      for (address, block) in zip(addresses, blocks) { #expect(try store.read(address) == block) }
    }
    #expect(base.fetchCount == 3)
    #expect(base.readCount == 1)
  }

  @Test("what is written, synced and looked for goes to the store")
  func writes() throws {
    let base = MemoryStore()
    let store = CachingStore(base, capacityBytes: 1 << 20)
    let block = Block([1, 2])
    #expect(store.contains(block.score, .data) == false)

    try store.write(block, type: .data)
    try store.sync()

    #expect(base.writeCount == 1 && base.syncCount == 1)
    #expect(store.contains(block.score, .data) == true)
    #expect(try store.read(BlockAddress(block.score, .data, limit: 2)) == block)
    base.fail(atCall: 2)
    #expect(throws: BlockError.self) { try store.sync() }
  }
}
