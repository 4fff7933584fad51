import TestSupport
import Testing
import VentiCore
import VentiStore

/// An index is made anew in the memory that the configuration gives it, however large it is.
struct IndexRebuildTests {
  @Test(
    "with little memory or much, the index is the same, and directories are read twice",
    arguments: [0, 1 << 20, 64 << 20])
  func memory(byteCount: Int) throws {
    let blocks = SimulatedStore.blocks(4000, of: 20...40, seed: 60)
    let again = try SimulatedStore(arenas: 2, buckets: 1024, bloomByteCount: 1 << 20)
      .holding(blocks)
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

    // Once to count. 4000 entries of 25 bytes, and the header of a clump after each disk block of them.
    #expect(again.disk.reads(of: 0).byteCount - before < 2 * 4000 * 25 * 3 / 2)
    let report = try again.check()
    #expect(report.problems == [])
    #expect(report.entryCount == blocks.count)
    let reopened = try again.open()
    try reopened.expect(blocks.prefix(200))
    try reopened.close()
  }

  @Test("a block that was stored twice has one entry: that of its first clump")
  func twice() throws {
    let simulated = try SimulatedStore(arenas: 1, hasBloom: false)
    let store = try simulated.open()
    let blocks = SimulatedStore.blocks(20, of: 20...40, seed: 61)
    try store.write(blocks)
    try store.flushIndex()
    // Nobody can tell that they are there.
    simulated.disk.failReads(true)
    try store.write(blocks)
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
    try store.write(SimulatedStore.blocks(20, seed: 62))
    try store.close()
    let end = simulated.disk.contents[0].count
    simulated.disk.damage(0) { $0[end - 512] ^= 1 }
    let contents = simulated.disk.contents

    #expect(throws: StoreError.self) { try StoreRepair(simulated.parts).rebuildIndex() }

    #expect(simulated.disk.contents == contents)
  }

  @Test("however many copies there are of a block, little memory and few readings suffice")
  func copies() throws {
    let crowded = try CrowdedStore()
    var parts = crowded.simulated.parts
    parts.indexMemoryByteCount = 0
    let before = crowded.simulated.disk.reads(of: 0).byteCount

    try StoreRepair(parts).rebuildIndex()

    // To count, to tell copies from blocks, to put aside, and for the bin that has no room for all.
    let reading = CrowdedStore.clumpCount * 25 * 3 / 2
    #expect(crowded.simulated.disk.reads(of: 0).byteCount - before < 4 * reading)
    #expect(try crowded.differences(memoryByteCount: 64 << 20).isEmpty)
    let report = try crowded.simulated.check()
    #expect(report.entryCount == CrowdedStore.clumpCount - CrowdedStore.copyCount + 1)
  }

  @Test("an index that is too small is not given up to be made anew", arguments: [0, 64 << 20])
  func tooSmall(memoryByteCount: Int) throws {
    let blocks = SimulatedStore.blocks(300, of: 20...40, seed: 64)
    let simulated = try SimulatedStore(arenas: 1, buckets: 64)
    let store = try simulated.open()
    try store.write(blocks)
    try store.close()
    // As if a larger index had been there, which had room for all.
    try simulated.countAllAsIndexed()
    let small = try Self.shrunk(simulated, buckets: 16)
    let contents = small.disk.contents
    var parts = small.parts
    parts.indexMemoryByteCount = memoryByteCount

    let room = 16 * Bucket.capacity(blockSize: 512)
    let error = StoreError.inconsistent(
      place: "index 'main'",
      reason: "has no room for \(300 - room) blocks: 'venti grow' makes a larger one")
    #expect(throws: error) { try StoreRepair(parts).rebuildIndex() }
    #expect(throws: error) { try SectionRepair(parts).rebuild(["s"]) }

    #expect(small.disk.contents == contents)
  }

  /// The arenas of a store beside another index, which is empty.
  private static func shrunk(_ store: SimulatedStore, buckets: Int) throws -> SimulatedStore {
    let other = try SimulatedStore(arenas: 1, buckets: buckets)
    return SimulatedStore(
      SimulatedDisk([
        store.disk.contents[0], other.disk.contents[1], other.disk.contents[2],
      ]))
  }
}

/// A store most of whose clumps are copies of one block, as a server makes them that cannot read its
/// index: more than fit in the least memory in which clumps are put in order, or in their bin.
struct CrowdedStore {
  static let clumpCount = 9000
  static let copyCount = 6000

  let simulated: SimulatedStore
  /// The addresses of the copies.
  let copies: [IndexEntry]

  init() throws {
    let simulated = try SimulatedStore(arenas: 2, buckets: 2048, bloomByteCount: 1 << 20)
    var options = SimulatedStore.quiet
    options.compresses = false
    let store = try simulated.open(options)
    for number in 0..<Self.clumpCount {
      try store.write(Block(Array("block \(100_000 + number)".utf8)), type: .data)
    }
    try store.close()
    self.simulated = simulated.reopened()
    copies = try Self.makeCopies(in: self.simulated)
    try StoreRepair(self.simulated.parts).rebuildIndex()
    try StoreRepair(self.simulated.parts).rebuildBloom()
  }

  /// Has headers and directory say that many clumps hold the same block.
  private static func makeCopies(in simulated: SimulatedStore) throws -> [IndexEntry] {
    var (address, rest) = (IndexTable.firstAddress, copyCount)
    var copies: [IndexEntry] = []
    for arena in try ArenaPartition(simulated.parts.arenas[0]).arenas {
      let magic = try arena.tail().clumpMagic
      for clump in try arena.clumps().compactMap({ try? $0.get() }) where rest > 0 {
        rest -= 1
        let info = ClumpInfo(
          typeValue: clump.info.typeValue, storedSize: clump.info.storedSize,
          size: clump.info.size, score: Block(Array("copied".utf8)).score)
        var (header, entry) = (ByteWriter(), ByteWriter())
        ClumpHeader(magic: magic, info: info, encoding: .plain, time: 1).write(to: &header)
        info.write(to: &entry)
        let perBlock = arena.geometry.entriesPerDirectoryBlock
        let place =
          arena.geometry.directoryBlockOffset(clump.position.number / perBlock)
          + clump.position.number % perBlock * ClumpInfo.byteCount
        try arena.partition.write(
          Block(header.bytes).bytes,
          at: arena.start + arena.geometry.dataOffset + clump.position.offset)
        try arena.partition.write(Block(entry.bytes).bytes, at: arena.start + place)
        copies.append(
          IndexEntry(of: info, address: UInt64(address + clump.position.offset)))
      }
      address += arena.geometry.size
    }
    return copies
  }

  /// What is wrong with the index.
  func differences(memoryByteCount: Int) throws -> [IndexComparison.Difference] {
    var parts = simulated.parts
    parts.indexMemoryByteCount = memoryByteCount
    var comparison = try IndexComparison(parts)
    var found: [IndexComparison.Difference] = []
    try comparison.run { found.append($0) }
    return found
  }

  /// Has the index say something else of the copied block.
  func replaceEntry(by entry: IndexEntry) throws {
    let section = try IndexSection(simulated.parts.sections[0])
    let map = try #require(BucketMap(bucketCount: section.header.buckets.upperBound))
    let number = map.bucket(of: entry.score)
    let bucket = try section.bucket(number)
    let entries = try (0..<bucket.count).map { try bucket.entry(at: $0) }
    var writer = ByteWriter()
    Bucket.write(
      (entries.filter { $0.score != entry.score } + [entry]).sorted(),
      magic: section.header.bucketMagic, blockSize: 512, to: &writer)
    try section.partition.write(
      Block(writer.bytes).bytes,
      at: section.header.base + (number - section.header.buckets.lowerBound) * 512)
  }
}
