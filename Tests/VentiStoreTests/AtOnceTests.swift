import SystemPackage
import TestSupport
import Testing
import VentiCore
import VentiStore

/// What an event loop may ask of a store: only what is in memory already.
struct AtOnceTests {
  private func withStore(_ body: (FilePath, Store) throws -> Void) throws {
    try withTemporaryDirectory { parent in
      let directory = parent.appending("store")
      try StoreCreator(directory: directory, arenaByteCount: 8 << 20).create()
      let store = try Store(opening: directory)
      try body(directory, store)
      try store.close()
    }
  }

  @Test("what was written at once is read at once: pending, synced, indexed")
  func roundTrip() throws {
    try withStore { directory, store in
      let blocks = SimulatedStore.blocks(50, seed: 3)
      for (block, type) in blocks {
        // A bucket that nobody has read yet is not in memory; the next look finds it there.
        let score = try store.writeAtOnce(block, type: type) ?? store.write(block, type: type)
        #expect(score == block.score)
      }
      #expect(store.writeAtOnce(blocks[0].block, type: blocks[0].type) == blocks[0].block.score)
      for flush in [{}, store.sync, store.flushIndex] as [() throws -> Void] {
        try flush()
        for (block, type) in blocks {
          let address = BlockAddress(block.score, type, limit: block.count)
          #expect(store.readAtOnce(address) == block)
        }
      }
      let reader = try ReadOnlyStore(opening: directory)
      for (block, type) in blocks {
        #expect(reader.readAtOnce(BlockAddress(block.score, type, limit: block.count)) == block)
      }
      let parts = try StoreParts(StoreConfiguration(contentsOf: directory), for: .readOnly)
      #expect(try StoreChecker(parts).run()?.problems == [])
    }
  }

  @Test("what is not there, or is too long for its reader, is not had at once")
  func missing() throws {
    try withStore { _, store in
      let block = Block([1, 2, 3])
      #expect(store.readAtOnce(BlockAddress(block.score, .data, limit: 3)) == nil)
      try store.write(block, type: .data)
      #expect(store.readAtOnce(BlockAddress(block.score, .data, limit: 2)) == nil)
      #expect(store.readAtOnce(BlockAddress(block.score, .root, limit: 3)) == nil)
      #expect(store.writeAtOnce(.empty, type: .data) == nil)
      #expect(store.writeAtOnce(Block([UInt8](repeating: 1, count: 57345)), type: .data) == nil)
    }
  }

  @Test("a disk that does not say what is in memory is never asked by those who may not wait")
  func silentDisk() throws {
    let simulated = try SimulatedStore()
    let store = try simulated.open()
    let block = Block([1, 2, 3])
    // The filter and the index are on the disk.
    #expect(store.writeAtOnce(block, type: .data) == nil)
    try store.write(block, type: .data)
    // Not yet on the disk.
    #expect(store.readAtOnce(BlockAddress(block.score, .data, limit: 3)) == block)
    #expect(store.writeAtOnce(block, type: .data) == block.score)
    try store.flushIndex()
    #expect(store.readAtOnce(BlockAddress(block.score, .data, limit: 3)) == nil)
    try store.close()
  }

  @Test("a block that waits for the index, and whose clump is gone, is stored anew")
  func lostClump() throws {
    try withTemporaryDirectory { parent in
      let directory = parent.appending("store")
      try StoreCreator(directory: directory, arenaByteCount: 8 << 20).create()
      var options = WriteOptions()
      options.unindexedAtEndLimit = 100
      let blocks = SimulatedStore.blocks(10, seed: 4)
      let configuration = try StoreConfiguration(contentsOf: directory)
      do {
        let store = try Store(configuration, options: options)
        try store.write(blocks)
        try store.close()
      }
      do {
        let partition = try StoreParts(configuration, for: .readWrite).arenas[0]
        let arena = try ArenaPartition(partition).arenas[0]
        let zeros = Block([UInt8](repeating: 0, count: 38))
        try partition.write(zeros.bytes, at: arena.start + arena.geometry.dataOffset)
      }

      let again = try Store(configuration, options: options)
      let (lost, type) = blocks[0]
      #expect(again.writeAtOnce(lost, type: type) == nil)
      #expect(again.writeAtOnce(blocks[1].block, type: blocks[1].type) != nil)
      try again.write(lost, type: type)
      #expect(again.writeAtOnce(lost, type: type) == lost.score)
      try again.expect(blocks)
      try again.close()
    }
  }

  @Test("a store without room, or after a failure, takes nothing at once")
  func full() throws {
    try withTemporaryDirectory { parent in
      let directory = parent.appending("store")
      try StoreCreator(directory: directory, arenaByteCount: 2 << 20).create()
      let store = try Store(opening: directory)
      var generator = SeededGenerator(seed: 5)
      var count = 0
      #expect(throws: BlockError.self) {
        while true {
          try store.write(Block(generator.bytes(50_000)), type: .data)
          count += 1
        }
      }
      #expect(count > 10)
      #expect(store.writeAtOnce(Block(generator.bytes(50_000)), type: .data) == nil)
      try store.close()
    }
  }
}

extension Store {
  /// Stores a block at once, as a server does; nil when it has to wait.
  fileprivate func writeAtOnce(_ block: Block, type: BlockType) -> Score? {
    writeAtOnce(block, type: type, score: block.score) ? block.score : nil
  }
}
