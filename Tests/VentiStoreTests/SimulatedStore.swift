import TestSupport
import Testing
import VentiCore
import VentiStore

/// A block that a test stores, and its type.
typealias StoredBlock = (block: Block, type: BlockType)

/// A small store on a simulated disk: arenas, a section of the index, a bloom filter.
struct SimulatedStore {
  /// Options under which nothing happens that the test did not ask for.
  static var quiet: WriteOptions {
    var options = WriteOptions()
    options.syncIntervalSeconds = 1e6
    options.indexIntervalSeconds = 1e6
    options.now = { 1_800_000_000 }
    return options
  }

  let disk: SimulatedDisk
  let hasBloom: Bool

  /// Formats a new store.
  ///
  /// - Parameters:
  ///   - arenas: arenas of 1 MiB.
  ///   - buckets: buckets of 512 bytes; few, so that they fill.
  init(
    arenas: Int = 3, buckets: Int = 256, blockSize: Int = 512, hasBloom: Bool = true,
    bloomByteCount: Int = 4096
  ) throws {
    let base = PartitionLayout.base(blockSize: blockSize)
    let disk = SimulatedDisk(
      sizes: [base + arenas << 20, base + buckets * blockSize] + (hasBloom ? [bloomByteCount] : []))
    let partitions = disk.partitions
    var format = ArenaPartitionFormat(name: "a")
    format.arenaByteCount = 1 << 20
    format.blockSize = blockSize
    let formatted = try format.apply(to: partitions[0])
    var sectionFormat = IndexSectionFormat(name: "s")
    sectionFormat.blockSize = blockSize
    let section = try sectionFormat.apply(to: partitions[1])
    try IndexLayout(name: "main", sections: [section], arenas: formatted.arenas)
      .apply(to: [section])
    if hasBloom {
      try BloomFilter(hashCount: 8, byteCount: bloomByteCount)?.apply(to: partitions[2])
    }
    self.init(SimulatedDisk(disk.contents), hasBloom: hasBloom)
  }

  /// A store on a disk that has been written before.
  init(_ disk: SimulatedDisk, hasBloom: Bool = true) {
    self.disk = disk
    self.hasBloom = hasBloom
  }

  var parts: StoreParts {
    let partitions = disk.partitions
    return StoreParts(
      arenas: [partitions[0]], indexName: "main", sections: [partitions[1]],
      bloom: hasBloom ? partitions[2] : nil)
  }

  func open(_ options: WriteOptions = quiet) throws -> Store {
    try Store(parts, options: options)
  }

  /// The store as it is when it is opened again, on a disk of its own.
  func reopened() -> SimulatedStore {
    SimulatedStore(SimulatedDisk(disk.contents), hasBloom: hasBloom)
  }

  /// What a check of all finds.
  func check() throws -> CheckReport {
    try #require(try StoreChecker(parts).run())
  }

  /// Has the tail of the first arena say that all its clumps are indexed.
  func countAllAsIndexed() throws {
    let arena = try ArenaPartition(parts.arenas[0]).arenas[0]
    var tail = try arena.tail()
    tail.indexed = tail.written
    var writer = ByteWriter()
    tail.write(to: &writer, blockSize: arena.geometry.blockSize)
    try arena.partition.write(
      Block(writer.bytes).bytes, at: arena.start + arena.geometry.tailOffset)
  }

  /// Blocks of all types and lengths, some of which can be compressed.
  static func blocks(
    _ count: Int, of byteCounts: ClosedRange<Int> = 1...8192, seed: UInt64
  ) -> [StoredBlock] {
    var random = SeededGenerator(seed: seed)
    return (0..<count).map { number in
      let length = Int.random(in: byteCounts, using: &random)
      var bytes = Array("block \(seed) \(number) ".utf8)
      bytes += number % 2 == 0 ? random.bytes(length) : [UInt8](repeating: 7, count: length)
      let type = BlockType.all.randomElement(using: &random) ?? .data
      return (Block(Array(bytes.prefix(max(length, 12)))), type)
    }
  }
}

extension SimulatedStore {
  /// Has a store hold blocks, and returns it as it is when it is opened again.
  func holding(_ blocks: [StoredBlock]) throws -> SimulatedStore {
    let store = try open()
    try store.write(blocks)
    try store.close()
    return reopened()
  }

  /// Expects all arenas to be full and sealed, with these blocks and nothing else.
  func expectFull(holding stored: [StoredBlock], _ store: Store) throws {
    try store.flushIndex()
    try store.expect(stored)
    try store.close()
    let report = try check()
    #expect(report.problems == [])
    #expect(report.sealCount == report.arenaCount)
    #expect(report.clumpCount == stored.count)
  }
}

extension Store {
  /// Stores blocks.
  func write(_ blocks: some Sequence<StoredBlock>) throws {
    for (block, type) in blocks { try write(block, type: type) }
  }

  /// Reads blocks that were written, and expects them to be right.
  func expect(_ blocks: some Sequence<StoredBlock>) throws {
    for (block, type) in blocks { try expect(block, type) }
  }

  /// Reads a block that was written, and expects it to be right.
  func expect(_ block: Block, _ type: BlockType, _ comment: Comment? = nil) throws {
    let found = try read(BlockAddress(block.score, type, limit: block.count))
    #expect(found == block, comment)
  }
}
