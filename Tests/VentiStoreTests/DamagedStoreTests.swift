import Posix
import SystemPackage
import TestSupport
import Testing
import VentiCore
import VentiStore

/// Stores of which parts are missing or damaged: slower, not broken, and never wrong.
struct DamagedStoreTests {
  private let store: TestStore
  private let addresses: [BlockAddress]

  init() throws {
    store = try TestStore()
    addresses =
      ReadOnlyStoreTests.fill(store, 0, count: 40)
      + ReadOnlyStoreTests.fill(store, 40, count: 40, arena: 1)
    for arena in 0..<2 {
      store.count(arena: arena)
      store.index(arena: arena)
    }
  }

  @Test("all blocks are read without an index", arguments: [1000, 50, 0])
  func withoutIndex(tableEntryLimit: Int) throws {
    let opened = try store.open(withSections: false, tableEntryLimit: tableEntryLimit)
    #expect(opened.index == nil)
    try expectAll(opened)
    expectAbsent(opened)
  }

  @Test("all blocks are read with one section of two")
  func missingSection() throws {
    store.sections[1].flip(at: PartitionLayout.blankByteCount)
    let opened = try store.open()
    #expect(opened.problems.count == 1)
    try expectAll(opened)
    expectAbsent(opened)
  }

  @Test("all blocks are read when the first section's table is damaged")
  func damagedTable() throws {
    let header = try IndexSection(store.sections[0]).header
    store.sections[0].flip(at: header.tableOffset)
    let opened = try store.open()
    #expect(opened.index != nil)
    #expect(opened.problems.isEmpty == false)
    try expectAll(opened)
  }

  @Test("all blocks are read when buckets cannot be read")
  func unreadableBuckets() throws {
    let base = PartitionLayout.base(blockSize: TestStore.blockSize)
    for section in store.sections { section.fail(base + 512..<section.length) }
    let opened = try store.open()
    try expectAll(opened)
    expectAbsent(opened)
  }

  @Test("all blocks are read when one bucket's count, order or magic is damaged")
  func damagedBuckets() throws {
    let (section, offset) = store.bucket(of: addresses[7].score)
    section.flip(at: offset)
    try expectAll(try store.open())
    section.flip(at: offset)
    section.flip(at: offset + 1)
    try expectAll(try store.open())
    section.flip(at: offset + 1)
    section.flip(at: offset + 2)
    try expectAll(try store.open())
    section.flip(at: offset + 2)
    section.flip(0x80, at: offset + 6)
    try expectAll(try store.open())
  }

  @Test("an entry that points to another clump, or nowhere, does not lose its block")
  func wrongEntries() throws {
    let entry = store.entry(7)
    let wrong: [UInt64] = [0, entry.address + 1, store.entry(8).address, 1 << 40, .max]
    for address in wrong {
      let damaged = IndexEntry(
        score: entry.score, typeValue: entry.typeValue, address: address, size: entry.size,
        unitCount: entry.unitCount)
      store.putBucket([damaged], of: entry.score)
      #expect(try store.open().read(addresses[7]) == ReadOnlyStoreTests.block(7))
    }
  }

  @Test("a wrong size or hint in an entry costs a read, not the block", arguments: [0, 1, 255])
  func wrongHint(units: UInt8) throws {
    let entry = store.entry(7)
    for size in [0, 1, 65_535] {
      let damaged = IndexEntry(
        score: entry.score, typeValue: entry.typeValue, address: entry.address, size: size,
        unitCount: units)
      store.putBucket([damaged], of: entry.score)
      #expect(try store.open().read(addresses[7]) == ReadOnlyStoreTests.block(7))
    }
  }

  @Test("a block is read from its second copy when the first is damaged")
  func secondCopy() throws {
    let store = try TestStore()
    let block = ReadOnlyStoreTests.block(3)
    let address = store.write(block)
    store.write(block, to: 1)
    for arena in 0..<2 { store.count(arena: arena) }
    store.markIndexed(arena: 0)
    store.markIndexed(arena: 1)
    store.partition.flip(at: store.offset(of: 0) + ClumpHeader.byteCount)

    store.putBucket([store.entry(0)], of: block.score)
    #expect(try store.open().read(address) == block)
    store.putBucket([store.entry(0), store.entry(0, arena: 1)], of: block.score)
    #expect(try store.open().read(address) == block)
  }

  @Test("a damaged block is an error of its own, and its neighbours are read")
  func damagedBlock() throws {
    store.partition.flip(at: store.offset(of: 7) + ClumpHeader.byteCount)
    let opened = try store.open()

    #expect(
      throws: BlockError.damaged(
        addresses[7].score, .data,
        reason: "arena 't0': clump \(store.arenas[0].clumps[7].position.offset): "
          + "data does not match score \(addresses[7].score)")
    ) { try opened.read(addresses[7]) }
    try expectAll(opened, except: [7])
  }

  @Test("all arenas are searched once for a damaged block, and a new copy of it is found")
  func searchedOnce() throws {
    store.partition.flip(at: store.offset(of: 7) + ClumpHeader.byteCount)
    let opened = try store.open()
    func readCount() -> Int {
      let before = store.partition.readCount
      #expect(throws: BlockError.self) { try opened.read(addresses[7]) }
      return store.partition.readCount - before
    }

    #expect(readCount() > 10)
    // The clump by way of the index and of a table, and tails and ends of the logs of three arenas.
    #expect(readCount() == 8)

    store.write(ReadOnlyStoreTests.block(7), to: 2)
    #expect(try opened.read(addresses[7]) == ReadOnlyStoreTests.block(7))
  }

  @Test("any changed byte of a clump's header loses at most its block, and yields no other")
  func damagedHeaders() throws {
    for index in 0..<ClumpHeader.byteCount {
      for mask: UInt8 in [1, 0xff] {
        store.partition.flip(mask, at: store.offset(of: 7) + index)
        let opened = try store.open(withSections: index % 2 == 0)
        let block = try? opened.read(addresses[7])
        #expect(block == nil || block == ReadOnlyStoreTests.block(7))
        #expect(try opened.read(addresses[8]) == ReadOnlyStoreTests.block(8))
        #expect(try opened.read(addresses[39]) == ReadOnlyStoreTests.block(39))
        store.partition.flip(mask, at: store.offset(of: 7) + index)
      }
    }
  }

  @Test("a damaged directory loses nothing", arguments: [0, 5, 19, 20, 39])
  func damagedDirectory(clump: Int) throws {
    for index in 0..<ClumpInfo.byteCount {
      let offset = store.directoryOffset(of: clump) + index
      store.partition.flip(1, at: offset)
      let opened = try store.open(withSections: false)
      // Where only type or score differ the directory is believed until it is compared.
      try expectAll(opened, except: index == 0 || index > 4 ? [clump] : [])
      store.partition.flip(1, at: offset)
    }
  }

  @Test("a directory that cannot be read loses nothing")
  func unreadableDirectory() throws {
    let block = store.arenas[0].start + store.geometry.directoryBlockOffset(0)
    store.partition.fail(block..<block + 512)
    try expectAll(try store.open(withSections: false))
  }

  @Test("a tail that cannot be read, or is damaged, loses nothing")
  func damagedTail() throws {
    store.partition.flip(at: store.tailOffset(of: 0))
    try expectAll(try store.open())
    try expectAll(try store.open(withSections: false))
  }

  @Test("a stretch that a repair gave up is passed over")
  func hole() throws {
    let store = try TestStore()
    let before = ReadOnlyStoreTests.fill(store, 0, count: 5)
    let hole = ClumpInfo(typeValue: 255, storedSize: 500, size: 500, score: .none)
    store.write(hole, Block([UInt8](repeating: 0, count: 500)))
    let after = ReadOnlyStoreTests.fill(store, 5, count: 20)
    store.count()
    store.partition.put([UInt8](repeating: 0, count: 538), at: store.offset(of: 5))
    let opened = try store.open()

    for (number, address) in (before + after).enumerated() {
      #expect(try opened.read(address) == ReadOnlyStoreTests.block(number))
    }
  }

  @Test("random damage to buckets never yields a wrong block", arguments: 0..<8)
  func randomDamage(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let base = PartitionLayout.base(blockSize: TestStore.blockSize)
    for section in store.sections {
      for _ in 0..<64 {
        let offset = Int.random(in: base..<section.length, using: &generator)
        section.put(generator.bytes(1), at: offset)
      }
    }
    let opened = try store.open()
    for (number, address) in addresses.enumerated() {
      let block = try? opened.read(address)
      #expect(block == nil || block == ReadOnlyStoreTests.block(number))
    }
  }

  @Test("random damage to arenas never yields a wrong block", arguments: 0..<8)
  func randomArenaDamage(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<64 {
      let offset = Int.random(
        in: store.arenas[0].start..<store.arenas[2].start, using: &generator)
      store.partition.put(generator.bytes(1), at: offset)
    }
    for withSections in [true, false] {
      let opened = try store.open(withSections: withSections)
      for (number, address) in addresses.enumerated() {
        let block = try? opened.read(address)
        #expect(block == nil || block == ReadOnlyStoreTests.block(number))
      }
    }
  }

  @Test("blocks of an arena that is not there are named as such, others are read")
  func missingArena() throws {
    let shorter = try TestStore(arenaCount: 1)
    let partition = shorter.partition
    partition.put(
      Array(store.partition.bytes[store.arenas[0].start..<store.arenas[1].start]),
      at: shorter.arenas[0].start)
    let opened = try ReadOnlyStore(
      partitions: [ArenaPartition(partition)], indexName: "main",
      sections: store.sections.map { try IndexSection($0) })

    #expect(opened.problems.count == 2)
    #expect(try opened.read(addresses[3]) == ReadOnlyStoreTests.block(3))
    #expect(
      throws: BlockError.damaged(
        addresses[50].score, .data, reason: "arena 't1': is not there")
    ) { try opened.read(addresses[50]) }
    #expect(
      throws: BlockError.damaged(
        .none, .data, reason: "index 'main': no arena 't1' of 64512 bytes is there")
    ) { try opened.read(BlockAddress(.none, .data, limit: 100)) }
  }

  private func expectAll(
    _ opened: ReadOnlyStore, except: Set<Int> = [],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    for (number, address) in addresses.enumerated() where !except.contains(number) {
      #expect(
        try opened.read(address) == ReadOnlyStoreTests.block(number), "block \(number)",
        sourceLocation: sourceLocation)
    }
  }

  private func expectAbsent(
    _ opened: ReadOnlyStore, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(throws: BlockError.notFound(.none, .data), sourceLocation: sourceLocation) {
      try opened.read(BlockAddress(.none, .data, limit: 100))
    }
  }
}
