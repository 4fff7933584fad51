import Posix
import SystemPackage
import TestSupport
import Testing
import VentiCore
import VentiStore

struct ReadOnlyStoreTests {
  private let store: TestStore

  init() throws {
    store = try TestStore()
  }

  @Test("blocks in no order are read with one read for the bucket and one for the clump")
  func twoReads() throws {
    let addresses = fill(0, count: 40)
    store.count()
    store.index()
    let opened = try store.open()
    let (before, bucketsBefore) = (store.partition.readCount, bucketReads)

    for (number, address) in addresses.enumerated().reversed() {
      #expect(try opened.read(address) == Self.block(number))
    }

    #expect(store.partition.readCount - before == 40)
    #expect(bucketReads - bucketsBefore == 40)
  }

  @Test("blocks that are counted but not indexed are found", arguments: [ArenaVersion.four, .five])
  func unindexed(version: ArenaVersion) throws {
    let store = try TestStore(version: version)
    let addresses = Self.fill(store, 0, count: 30)
    store.count()
    let more = Self.fill(store, 30, count: 30, arena: 1)
    store.count(arena: 1)
    let opened = try store.open()

    for (number, address) in (addresses + more).enumerated() {
      #expect(try opened.read(address) == Self.block(number))
    }
  }

  @Test("blocks that no tail counts yet are found")
  func uncounted() throws {
    let addresses = fill(0, count: 5)
    let opened = try store.open()
    #expect(try opened.read(addresses[4]) == Self.block(4))
  }

  @Test("an open store sees what a server adds, in every state")
  func growing() throws {
    let opened = try store.open()
    #expect(throws: BlockError.notFound(Self.block(0).score, .data)) {
      try opened.read(BlockAddress(Self.block(0).score, .data, limit: 100))
    }

    let first = fill(0, count: 25)
    #expect(try opened.read(first[24]) == Self.block(24))
    store.count()
    let second = fill(25, count: 25)
    #expect(try opened.read(second[0]) == Self.block(25))
    store.index()
    #expect(try opened.read(second[24]) == Self.block(49))
    store.count()
    store.index()
    store.seal(arena: 0)
    let third = fill(50, count: 3, arena: 1)
    let fourth = fill(53, count: 3, arena: 2)
    for (number, address) in (first + second + third + fourth).enumerated() {
      #expect(try opened.read(address) == Self.block(number))
    }
  }

  @Test("what a server cut off and wrote over is read anew")
  func cutOff() throws {
    let torn = ClumpInfo(typeValue: 13, storedSize: 100, size: 100, score: Score.none)
    store.write(torn, Block([UInt8](repeating: 1, count: 100)))
    let opened = try store.open()
    let absent = BlockAddress(Self.block(9).score, .data, limit: 100)
    #expect(throws: BlockError.notFound(absent.score, .data)) { try opened.read(absent) }

    let other = try TestStore()
    let addresses = Self.fill(other, 0, count: 3)
    other.count()
    store.partition.put(other.partition.bytes, at: 0)

    for (number, address) in addresses.enumerated() {
      #expect(try opened.read(address) == Self.block(number))
    }
  }

  @Test("the same bytes under two types are two blocks")
  func types() throws {
    let block = Block([1, 2, 3])
    let data = store.write(block, type: .data)
    let root = store.write(block, type: .root)
    store.count()
    store.index()
    let opened = try store.open()

    #expect(try opened.read(data) == block)
    #expect(try opened.read(root) == block)
    #expect(throws: BlockError.notFound(block.score, .directory)) {
      try opened.read(BlockAddress(block.score, .directory, limit: 100))
    }
  }

  @Test("absent blocks cost a bounded number of reads")
  func absentIsCheap() throws {
    _ = fill(0, count: 100)
    store.count()
    store.index()
    let opened = try store.open()
    let absent = BlockAddress(Score.none, .data, limit: 100)
    #expect(throws: BlockError.notFound(.none, .data)) { try opened.read(absent) }
    let before = store.partition.readCount

    #expect(throws: BlockError.notFound(.none, .data)) { try opened.read(absent) }

    // The tail of the arena in use and of the next one, and a look at the end of each log.
    #expect(store.partition.readCount - before <= 4)
  }

  @Test("opening a store reads nothing of its arenas and buckets")
  func opening() throws {
    _ = fill(0, count: 100)
    store.count()
    let (before, bucketsBefore) = (store.partition.readCount, bucketReads)
    let opened = try store.open()

    // Headers of three partitions, the table of the arenas, and that of the index once.
    #expect(store.partition.readCount - before == 2)
    #expect(bucketReads - bucketsBefore == 3)
    #expect(opened.arenas.count == 3)
  }

  @Test("threads read while a server writes, counts and indexes", .timeLimit(.minutes(1)))
  func threads() throws {
    let threadCount = 4
    let total = 160
    let opened = try store.open()
    let state = Monitor((published: 0, wrong: 0, running: threadCount))
    for thread in 0..<threadCount {
      let started = Thread.start("reader") {
        var number = thread
        while number < total {
          state.wait { $0.published > number ? () : nil }
          let block = Self.block(number)
          let address = BlockAddress(block.score, .data, limit: 1000)
          if (try? opened.read(address)) != block { state.update { $0.wrong += 1 } }
          number += thread + 1
        }
        state.update { $0.running -= 1 }
      }
      try #require(started)
    }

    for number in 0..<total {
      let arena = number / 80
      store.write(Self.block(number), to: arena)
      if number % 7 == 6 { store.count(arena: arena) }
      if number % 16 == 15 { store.index(arena: arena) }
      state.update { $0.published += 1 }
    }

    let wrong = state.wait(until: .after(seconds: 50)) { $0.running == 0 ? $0.wrong : nil }
    #expect(wrong == 0)
  }

  private var bucketReads: Int { store.sections.reduce(0) { $0 + $1.readCount } }

  private func fill(_ first: Int, count: Int, arena: Int = 0) -> [BlockAddress] {
    Self.fill(store, first, count: count, arena: arena)
  }

  static func fill(
    _ store: TestStore, _ first: Int, count: Int, arena: Int = 0
  ) -> [BlockAddress] {
    (first..<first + count).map { store.write(block($0), to: arena) }
  }

  /// A block of its own for each number, of 1 to 600 bytes.
  static func block(_ number: Int) -> Block {
    var generator = SeededGenerator(seed: UInt64(number))
    return Block(generator.bytes(1 + number * 37 % 600))
  }
}
