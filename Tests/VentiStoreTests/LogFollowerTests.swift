import Posix
import TestSupport
import Testing
import VentiCore
import VentiStore

/// Blocks that are read in the order of the log: fewer reads, and nothing else is different.
struct LogFollowerTests {
  /// So many blocks of `ReadOnlyStoreTests.block` all but fill an arena of a test store.
  private static let perArena = 160

  private struct Scan {
    let store: TestStore
    let opened: ReadOnlyStore
    let addresses: [BlockAddress]

    init(version: ArenaVersion = .five, arenaCount: Int = 3) throws {
      let store = try TestStore(version: version, arenaCount: arenaCount, sectionCount: 4)
      addresses = (0..<arenaCount).flatMap { arena in
        let found = ReadOnlyStoreTests.fill(
          store, arena * perArena, count: perArena, arena: arena)
        store.count(arena: arena)
        store.index(arena: arena)
        return found
      }
      self.store = store
      opened = try store.open()
    }

    /// Reads of arenas, and of buckets, that `body` takes.
    func reads(_ body: () throws -> Void) rethrows -> (arenas: Int, buckets: Int) {
      let before = (store.partition.readCount, bucketReads)
      try body()
      return (store.partition.readCount - before.0, bucketReads - before.1)
    }

    func expectBlock(
      _ number: Int, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
      #expect(
        try opened.read(addresses[number]) == ReadOnlyStoreTests.block(number),
        "block \(number)", sourceLocation: sourceLocation)
    }

    private var bucketReads: Int { store.sections.reduce(0) { $0 + $1.readCount } }
  }

  @Test(
    "blocks in the order of the log take a few reads an arena",
    arguments: [ArenaVersion.four, .five])
  func sequential(version: ArenaVersion) throws {
    let scan = try Scan(version: version)

    let reads = try scan.reads {
      for number in scan.addresses.indices { try scan.expectBlock(number) }
    }

    // In each arena: the first clump on its own, 32 KiB, and the rest.
    #expect(scan.addresses.count == 3 * Self.perArena)
    #expect(reads.arenas <= 3 * 4)
    #expect(reads.buckets <= 3 * 4)
  }

  @Test("a file's blocks take few reads though the last one written is the first one read")
  func pointerFirst() throws {
    let scan = try Scan(arenaCount: 1)

    let reads = try scan.reads {
      for file in stride(from: 0, to: Self.perArena, by: 4) {
        for number in [3, 0, 1, 2] { try scan.expectBlock(file + number) }
      }
    }

    #expect(reads.arenas <= 8)
    #expect(reads.buckets <= 8)
  }

  @Test("blocks in no order take no more reads, and no byte that is not theirs")
  func backwards() throws {
    let scan = try Scan(arenaCount: 1)
    let before = scan.store.partition.readByteCount

    let reads = try scan.reads {
      for number in scan.addresses.indices.reversed() { try scan.expectBlock(number) }
    }

    #expect(reads == (Self.perArena, Self.perArena))
    let used = scan.store.arenas[0].clumps.reduce(0) { $0 + $1.info.clumpByteCount }
    #expect(scan.store.partition.readByteCount - before == used)
  }

  @Test("blocks in any order take no more than a bucket and a clump each", arguments: 0..<8)
  func shuffled(seed: UInt64) throws {
    let scan = try Scan()
    var generator = SeededGenerator(seed: seed)

    for number in scan.addresses.indices.shuffled(using: &generator) {
      let reads = try scan.reads { try scan.expectBlock(number) }
      #expect(reads.arenas <= 1 && reads.buckets <= 1)
    }
  }

  @Test("one block over and over takes no longer read", arguments: [0, 80])
  func repeated(number: Int) throws {
    let scan = try Scan(arenaCount: 1)
    let before = scan.store.partition.readByteCount

    for _ in 0..<10 { try scan.expectBlock(number) }

    let size = scan.store.arenas[0].clumps[number].info.clumpByteCount
    #expect(scan.store.partition.readByteCount - before == 10 * size)
  }

  @Test("a damaged clump costs none of its neighbours", arguments: [ArenaVersion.four, .five])
  func damagedNeighbour(version: ArenaVersion) throws {
    let scan = try Scan(version: version, arenaCount: 1)
    for index in 0..<ClumpHeader.byteCount + 1 {
      let offset = scan.store.offset(of: 7) + index
      scan.store.partition.flip(0x81, at: offset)
      let opened = try scan.store.open()
      for number in 0..<24 where number != 7 {
        #expect(try opened.read(scan.addresses[number]) == ReadOnlyStoreTests.block(number))
      }
      let block = try? opened.read(scan.addresses[7])
      #expect(block == nil || block == ReadOnlyStoreTests.block(7))
      scan.store.partition.flip(0x81, at: offset)
    }
  }

  @Test("what cannot be read of a window costs none of what can")
  func unreadable() throws {
    let scan = try Scan(arenaCount: 1)
    let offset = scan.store.offset(of: 20)
    scan.store.partition.fail(offset..<offset + 1)

    for number in scan.addresses.indices where number != 20 { try scan.expectBlock(number) }
    #expect(throws: BlockError.self) { try scan.opened.read(scan.addresses[20]) }
  }

  @Test("neighbours of one score and two types are two blocks")
  func types() throws {
    let store = try TestStore()
    let before = ReadOnlyStoreTests.fill(store, 0, count: 3)
    let block = Block([1, 2, 3])
    let (data, root) = (store.write(block, type: .data), store.write(block, type: .root))
    store.count()
    store.index()
    let opened = try store.open()
    for address in before { _ = try opened.read(address) }

    let reads = store.partition.readCount
    #expect(try opened.read(data) == block)
    #expect(try opened.read(root) == block)
    #expect(store.partition.readCount == reads)
    #expect(throws: BlockError.notFound(block.score, .directory)) {
      try opened.read(BlockAddress(block.score, .directory, limit: 100))
    }
  }

  @Test("the limit of a reader holds for what is in a window")
  func limit() throws {
    let scan = try Scan(arenaCount: 1)
    for number in 0..<3 { try scan.expectBlock(number) }
    let block = ReadOnlyStoreTests.block(5)

    #expect(throws: BlockError.self) {
      try scan.opened.read(BlockAddress(block.score, .data, limit: block.count - 1))
    }
  }

  @Test("whoever keeps a block keeps none of its window")
  func ownMemory() throws {
    let scan = try Scan(arenaCount: 1)
    for number in 0..<10 {
      let block = try scan.opened.read(scan.addresses[number])
      #expect(block.memoryCount <= ClumpHeader.byteCount + block.count)
    }
  }

  @Test("blocks that were not yet written, or half, when their window was read are found")
  func written() throws {
    let store = try TestStore()
    let first = ReadOnlyStoreTests.fill(store, 0, count: 10)
    let half = ReadOnlyStoreTests.block(10)
    store.write(half)
    store.partition.put([UInt8](repeating: 0, count: half.count), at: store.offset(of: 10) + 38)
    store.count()
    store.index()
    let opened = try store.open()
    for address in first { _ = try opened.read(address) }

    store.partition.put(half.array, at: store.offset(of: 10) + 38)
    let more = ReadOnlyStoreTests.fill(store, 11, count: 40)
    store.count()
    store.index()

    let address = BlockAddress(half.score, .data, limit: half.count)
    #expect(try opened.read(address) == half)
    for (number, address) in more.enumerated() {
      #expect(try opened.read(address) == ReadOnlyStoreTests.block(11 + number))
    }
  }

  @Test("threads that read the same log get every block", .timeLimit(.minutes(1)))
  func threads() throws {
    let scan = try Scan()
    let threadCount = 8
    let state = Monitor((wrong: 0, running: threadCount))
    for thread in 0..<threadCount {
      let (opened, addresses) = (scan.opened, scan.addresses)
      let started = Thread.start("reader") {
        // Some behind each other, some in steps, one backwards.
        let numbers = Array(stride(from: thread % 4, to: addresses.count, by: 1 + thread / 4))
        for number in thread == 7 ? numbers.reversed() : numbers
        where (try? opened.read(addresses[number])) != ReadOnlyStoreTests.block(number) {
          state.update { $0.wrong += 1 }
        }
        state.update { $0.running -= 1 }
      }
      try #require(started)
    }

    let wrong = state.wait(until: .after(seconds: 50)) { $0.running == 0 ? $0.wrong : nil }
    #expect(wrong == 0)
  }
}
