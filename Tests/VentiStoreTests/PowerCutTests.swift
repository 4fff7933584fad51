import TestSupport
import Testing
import VentiCore
import VentiStore

/// Power fails at every step.
///
/// That is of writing and syncing, of sealing, of the index, of starting again, of making anew and of
/// growing. What is not synced is lost, torn or reordered, sector by sector. No safe block is ever lost, no wrong one ever returned, and the store opens without help.
@Suite(.timeLimit(.minutes(10)))
struct PowerCutTests {
  @Test("at any step of writing", arguments: [1])
  func writing(seed: UInt64) throws { try cutEverywhere(seed: seed, large: false) }

  @Test("at any step of filling and sealing arenas", .long, arguments: [2, 3, 4, 5])
  func sealing(seed: UInt64) throws { try cutEverywhere(seed: seed, large: true) }

  @Test("at some steps of filling and sealing arenas")
  func someSealing() throws { try cutEverywhere(seed: 6, large: true, every: 9) }

  @Test("at any step of writing what was promised before", arguments: [10])
  func promising(seed: UInt64) throws {
    try cutEverywhere(seed: seed, large: false, promises: true)
  }

  @Test("at some steps of filling arenas with what was promised before")
  func someFilling() throws { try cutEverywhere(seed: 11, large: true, promises: true, every: 9) }

  private func cutEverywhere(
    seed: UInt64, large: Bool, promises: Bool = false, every step: Int = 1
  ) throws {
    let simulated = try SimulatedStore(arenas: large ? 3 : 1, buckets: 64)
    if promises { simulated.disk.keepInMemory() }
    let rounds = try write(simulated, seed: seed * 1000, large: large)
    let events = simulated.disk.events
    #expect(events.count > 40)
    if large { #expect(try simulated.check().sealCount == 2) }
    var random = SeededGenerator(seed: seed)
    for count in stride(from: 0, through: events.count, by: step) {
      let marks = events.prefix(count).compactMap { event in
        if case .mark(let number) = event { number } else { nil }
      }
      let safe = Array(rounds.prefix(marks.last ?? 0).joined())
      try expectWhole(
        cut(simulated, after: count, using: &random), safe, "after \(count) events", &random)
    }
  }

  /// Writes and syncs in turn, with marks on the disk where blocks became safe.
  ///
  /// A store whose index is in memory promises its blocks before it compresses them, while it can.
  ///
  /// - Returns: the blocks, in the order of the marks: with mark n those of the first n rounds are
  ///   safe.
  private func write(_ simulated: SimulatedStore, seed: UInt64, large: Bool) throws
    -> [[StoredBlock]]
  {
    let store = try simulated.open()
    var rounds: [[StoredBlock]] = []
    for round in 0..<(large ? 8 : 4) {
      // Two rounds of large blocks fill an arena.
      let lengths = large && round % 2 == 1 ? 50_000...57_344 : 1...3000
      let blocks = SimulatedStore.blocks(
        large && round % 2 == 1 ? 26 : 12, of: lengths, seed: seed + UInt64(round))
      for (block, type) in blocks
      where !store.writeAtOnce(block, type: type, score: block.score) {
        try store.write(block, type: type)
      }
      try store.sync()
      rounds.append(blocks)
      simulated.disk.mark(rounds.count)
      if round % 2 == 1 { try store.flushIndex() }
    }
    try store.close()
    return rounds
  }

  private func cut(
    _ simulated: SimulatedStore, after count: Int, using random: inout SeededGenerator
  ) -> SimulatedStore {
    SimulatedStore(
      SimulatedDisk(simulated.disk.afterPowerCut(events: count, using: &random)),
      hasBloom: simulated.hasBloom)
  }

  /// Opens a store after a crash, and once more after a crash of that, and expects blocks to be
  /// there, now and when all is indexed.
  private func expectWhole(
    _ simulated: SimulatedStore, _ blocks: [StoredBlock], _ comment: Comment,
    _ random: inout SeededGenerator
  ) throws {
    #expect(try simulated.check().problems == [], comment)
    try expectWhole(simulated, blocks, comment)
    let again = cut(
      simulated, after: Int.random(in: 0...simulated.disk.events.count, using: &random),
      using: &random)
    try expectWhole(again, blocks, comment)
  }

  private func expectWhole(
    _ simulated: SimulatedStore, _ blocks: [StoredBlock], _ comment: Comment
  ) throws {
    let store = try simulated.open()
    for (block, type) in blocks { try store.expect(block, type, comment) }
    try store.write(Block(Array("life goes on".utf8)), type: .data)
    try store.close()
    let report = try simulated.check()
    #expect(report.problems == [], comment)
    #expect(report.unindexedCount == 0, comment)
  }

  @Test("at any step of making index and bloom filter anew")
  func rebuilding() throws {
    let simulated = try SimulatedStore(arenas: 1, buckets: 64, bloomByteCount: 1 << 20)
    let rounds = try write(simulated, seed: 7000, large: false)
    let damaged = simulated.reopened()
    let table = PartitionLayout.tableOffset(blockSize: 512)
    damaged.disk.damage(1) { $0[table] ^= 0xff }
    damaged.disk.damage(2) { $0[0] ^= 0xff }
    let start = SimulatedStore(SimulatedDisk(damaged.disk.contents))
    try start.open().close()
    var random = SeededGenerator(seed: 7)
    for count in 0...start.disk.events.count {
      let again = cut(start, after: count, using: &random)
      try expectWhole(again, Array(rounds.joined()), "after \(count) events")
    }
  }

  @Test("at any step of laying an index out over more arenas")
  func growing() throws {
    let simulated = try SimulatedStore(arenas: 2, buckets: 64)
    let rounds = try write(simulated, seed: 8000, large: false)
    let old = simulated.reopened()
    let section = try IndexSection(old.parts.sections[0])
    let arenas = try ArenaPartition(old.parts.arenas[0]).arenas
    // The table knew the first arena only.
    let small = try IndexLayout(name: "main", sections: [section], arenas: [arenas[0]])
    try small.apply(to: [section])
    let start = SimulatedStore(SimulatedDisk(old.disk.contents))
    try IndexLayout(adding: arenas, to: small.table)
      .apply(to: [IndexSection(start.parts.sections[0])])
    var random = SeededGenerator(seed: 8)
    for count in 0...start.disk.events.count {
      let again = cut(start, after: count, using: &random)
      try expectWhole(again, Array(rounds.joined()), "after \(count) events")
    }
  }

  @Test("what was being formatted is whole, or can be formatted again", arguments: 0...2)
  func formatting(part: Int) throws {
    let base = PartitionLayout.base(blockSize: 512)
    let size = part == 2 ? 4096 : base + 2 << 20
    let disk = SimulatedDisk(sizes: [size])
    try format(part, disk)
    var random = SeededGenerator(seed: 9)
    for count in 0...disk.events.count {
      let cut = SimulatedDisk(disk.afterPowerCut(events: count, using: &random))
      if !isWhole(part, cut) { try format(part, cut) }
      #expect(isWhole(part, cut))
    }
  }

  private func format(_ part: Int, _ disk: SimulatedDisk) throws {
    let partition = disk.partitions[0]
    switch part {
    case 0:
      var format = ArenaPartitionFormat(name: "a")
      format.arenaByteCount = 1 << 20
      format.blockSize = 512
      _ = try format.apply(to: partition)
    case 1:
      var format = IndexSectionFormat(name: "s")
      format.blockSize = 512
      _ = try format.apply(to: partition)
    default:
      try BloomFilter(hashCount: 8, byteCount: 4096)?.apply(to: partition)
    }
  }

  private func isWhole(_ part: Int, _ disk: SimulatedDisk) -> Bool {
    let partition = disk.partitions[0]
    switch part {
    case 0:
      let arenas = (try? ArenaPartition(partition))?.arenas ?? []
      return !arenas.isEmpty
        && arenas.allSatisfy { arena in
          (try? arena.head()) != nil && (try? arena.tail()) != nil
        }
    case 1:
      return (try? IndexSection(partition)) != nil
    default:
      guard let header = try? partition.read(BloomFilter.headerByteCount, at: 0) else {
        return false
      }
      return (try? BloomFilter(parsing: header.bytes)) != nil
    }
  }
}
