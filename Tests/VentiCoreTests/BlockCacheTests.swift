import Posix
import TestSupport
import Testing
import VentiCore

struct BlockCacheTests {
  private func address(_ block: Block, limit: Int = 8192) -> BlockAddress {
    BlockAddress(block.score, .data, limit: limit)
  }

  @Test("a block is read from upstream once")
  func keeps() throws {
    let store = MemoryStore()
    let block = Block([1, 2, 3])
    try store.write(block, type: .data)
    let cache = BlockCache(over: store)
    for _ in 0..<3 { #expect(try cache.read(address(block)) == block) }
    #expect(store.readCount == 1)
  }

  @Test("the zero score is answered without asking")
  func zero() throws {
    let store = MemoryStore()
    let cache = BlockCache(over: store)
    #expect(try cache.read(BlockAddress(.zero, .data, limit: 1)) == .empty)
    #expect(store.readCount == 0)
  }

  @Test("a type is part of a block's identity")
  func types() throws {
    let store = MemoryStore()
    let block = Block([1, 2, 3])
    try store.write(block, type: .data)
    let cache = BlockCache(over: store)
    _ = try cache.read(address(block))
    #expect(throws: BlockError.notFound(block.score, .directory)) {
      try cache.read(BlockAddress(block.score, .directory, limit: 10))
    }
  }

  @Test("a block longer than its reader can use is an error, for that reader only")
  func limits() throws {
    let store = MemoryStore()
    let block = Block([1, 2, 3])
    try store.write(block, type: .data)
    let cache = BlockCache(over: store)
    let tooLong = BlockError.tooLong(block.score, .data, count: 3, limit: 2)
    #expect(throws: tooLong) { try cache.read(address(block, limit: 2)) }
    #expect(try cache.read(address(block, limit: 3)) == block)
    #expect(throws: tooLong) { try cache.read(address(block, limit: 2)) }
  }

  @Test("a failure is not kept")
  func failures() throws {
    let store = MemoryStore()
    let block = Block([9])
    try store.write(block, type: .data)
    let cache = BlockCache(over: store)
    let fault = BlockError.failed(reason: "disk on fire")
    store.fail(block.score, with: fault)
    #expect(throws: fault) { try cache.read(address(block)) }
    store.fail(block.score, with: nil)
    #expect(try cache.read(address(block)) == block)
  }

  @Test("memory stays within its bound, and what is used often stays")
  func bound() throws {
    let store = MemoryStore()
    let cache = BlockCache(over: store, capacityBytes: 100_000)
    let favourite = Block([UInt8](repeating: 255, count: 1000))
    try store.write(favourite, type: .data)
    for number in 0..<250 {
      let block = Block([UInt8](repeating: UInt8(number), count: 1000))
      try store.write(block, type: .data)
      _ = try cache.read(address(block))
      _ = try cache.read(address(favourite))
    }
    #expect(store.readCount == 251)
    let held = try (0..<250).count { number in
      let block = Block([UInt8](repeating: UInt8(number), count: 1000))
      do {
        _ = try cache.inMemory.read(address(block))
        return true
      } catch BlockError.notInMemory {
        return false
      }
    }
    #expect((70...99).contains(held))
  }

  @Test("what was prefetched is in memory; what is not, is not waited for")
  func prefetch() throws {
    let store = MemoryStore()
    let blocks = (0..<10).map { Block([UInt8($0)]) }
    for block in blocks { try store.write(block, type: .data) }
    let cache = BlockCache(over: store)
    #expect(throws: BlockError.notInMemory) { try cache.inMemory.read(address(blocks[0])) }

    cache.prefetch(blocks.map { address($0) })
    cache.prefetch(blocks.map { address($0) })

    for block in blocks { #expect(try cache.inMemory.read(address(block)) == block) }
    #expect(store.fetchCount == 10)
    #expect(store.readCount == 0)
  }

  @Test("one fetch serves however many readers miss the same block", .timeLimit(.minutes(1)))
  func shares() throws {
    let source = HeldSource(block: Block([4, 2]))
    let cache = BlockCache(over: source)
    let results = Monitor<[Block?]>([])
    for _ in 0..<32 {
      Thread.start("reader") {
        let block = try? cache.read(BlockAddress(source.block.score, .data, limit: 10))
        results.update { $0.append(block) }
      }
    }

    source.waitForReader()
    source.release()

    let blocks = results.wait { $0.count == 32 ? $0 : nil }
    #expect(blocks == Array(repeating: source.block, count: 32))
    #expect(source.readCount == 1)
  }

  @Test("a reader gives up on a fetch that another began and that never ends")
  func givesUp() throws {
    let source = HeldSource(block: Block([4, 2]))
    let cache = BlockCache(over: source, waitLimitSeconds: 0.02)
    let address = BlockAddress(source.block.score, .data, limit: 10)
    cache.prefetch([address])
    #expect(throws: BlockError.timedOut(address.score, peer: "block cache", seconds: 0.02)) {
      try cache.read(address)
    }
  }
}

/// A source of one block, which is held back until it is released; a fetch of it never ends.
private final class HeldSource: BlockFetcher {
  let block: Block
  private let state = Monitor((released: false, reads: 0))

  init(block: Block) {
    self.block = block
  }

  var readCount: Int { state.withLock { $0.reads } }

  func waitForReader() {
    state.wait { $0.reads > 0 ? () : nil }
  }

  func release() {
    state.update { $0.released = true }
  }

  func read(_ address: BlockAddress) throws(BlockError) -> Block {
    state.update { $0.reads += 1 }
    state.wait { $0.released ? () : nil }
    return block
  }

  func fetch(_ addresses: [BlockAddress], deliver: @escaping BlockDelivery) {}
}
