import Synchronization
import SystemPackage
import TestSupport
import Testing
import VentiCore
import VentiStore

/// A store of a terabyte, all but empty, in sparse files.
struct LargeStoreTests {
  private static let arenaCount = 2048
  private static let arenaLength = 512 << 20
  private static let blockSize = 8192

  private let directory: TemporaryDirectory
  private let geometry: ArenaGeometry

  init() throws {
    directory = try TemporaryDirectory()
    geometry = try #require(
      ArenaGeometry(blockSize: Self.blockSize, length: Self.arenaLength))
  }

  @Test("opening a terabyte reads tables only, and an indexed block takes two reads")
  func opening() throws {
    let block = Block([1, 2, 3])
    let arenas = CountingPartition(try writeArenas(holding: block))
    let section = CountingPartition(try writeSection(pointingTo: block))

    let store = try ReadOnlyStore(
      partitions: [ArenaPartition(arenas)], indexName: "main", sections: [IndexSection(section)])

    #expect(store.arenas.count == Self.arenaCount)
    #expect(store.problems.isEmpty)
    #expect(arenas.byteCount + section.byteCount < 1 << 20)

    let before = (arenas.readCount, section.readCount)
    #expect(try store.read(BlockAddress(block.score, .data, limit: 3)) == block)
    #expect(arenas.readCount == before.0 + 1)
    #expect(section.readCount == before.1 + 1)
  }

  @Test("a search for an absent block reads each tail once, then only those in use")
  func absent() throws {
    let block = Block([1, 2, 3])
    let arenas = CountingPartition(try writeArenas(holding: block))
    let section = try writeSection(pointingTo: block)
    let store = try ReadOnlyStore(
      partitions: [ArenaPartition(arenas)], indexName: "main", sections: [IndexSection(section)])
    let absent = BlockAddress(.none, .data, limit: 3)

    let opened = arenas.readCount
    #expect(throws: BlockError.notFound(.none, .data)) { try store.read(absent) }
    let first = arenas.readCount - opened
    #expect(throws: BlockError.notFound(.none, .data)) { try store.read(absent) }

    #expect(first == 2 * Self.arenaCount)
    #expect(arenas.readCount - opened - first == 4)
  }

  @Test("a check passes over the holes of an index: little is read of a store that is new")
  func check() throws {
    let directory = directory.path.appending("new")
    try StoreCreator(directory: directory, arenaByteCount: 20 << 30).create()
    let parts = try StoreParts(StoreConfiguration(contentsOf: directory), for: .readOnly)
    let section = CountingPartition(parts.sections[0])
    let counted = StoreParts(
      arenas: parts.arenas, indexName: parts.indexName, sections: [section])

    #expect(try StoreChecker(counted).run()?.isSound == true)
    #expect(section.byteCount < 4 << 20)
  }

  /// Writes the arenas' tails and the first clump of the first one.
  private func writeArenas(holding block: Block) throws -> FilePartition {
    let base = PartitionLayout.base(blockSize: Self.blockSize)
    let partition = try sparse("arenas", length: base + Self.arenaCount * Self.arenaLength)
    let header = ArenaPartitionHeader(blockSize: Self.blockSize, base: base)
    try write(at: PartitionLayout.blankByteCount, of: partition) { header.write(to: &$0) }
    let table = ArenaTable(
      arenas: (0..<Self.arenaCount).map { number in
        let start = base + number * Self.arenaLength
        return NamedRange(name: "a\(number)", range: start..<start + Self.arenaLength)
      })
    try write(at: header.tableOffset, of: partition) { table.write(to: &$0) }
    let info = info(of: block)
    for (number, arena) in table.arenas.enumerated() {
      var tail = ArenaTail(version: .five, name: arena.name, clumpMagic: 7)
      if number == 0 {
        tail.indexed.clumpCount = 1
        tail.indexed.usedByteCount = info.clumpByteCount
        tail.written = tail.indexed
      }
      let offset = arena.range.lowerBound + geometry.tailOffset
      try write(at: offset, of: partition) { [tail] in
        tail.write(to: &$0, blockSize: Self.blockSize)
      }
    }
    try write(at: base + geometry.dataOffset, of: partition) {
      ClumpHeader(magic: 7, info: info, encoding: .plain, time: 1).write(to: &$0)
      $0.raw(block.array)
    }
    return partition
  }

  private func writeSection(pointingTo block: Block) throws -> FilePartition {
    let base = PartitionLayout.base(blockSize: Self.blockSize)
    let count = 1 << 20
    let partition = try sparse("isect", length: base + count * Self.blockSize)
    let header = IndexSectionHeader(
      name: "s", indexName: "main", blockSize: Self.blockSize, base: base, blockCount: count,
      buckets: 0..<count, bucketMagic: 9)
    try write(at: PartitionLayout.blankByteCount, of: partition) { header.write(to: &$0) }
    let table = IndexTable(
      name: "main", blockSize: Self.blockSize,
      sections: [NamedRange(name: "s", range: 0..<count)],
      arenas: (0..<Self.arenaCount).map { number in
        let start = IndexTable.firstAddress + number * geometry.size
        return NamedRange(name: "a\(number)", range: start..<start + geometry.size)
      })
    try write(at: header.tableOffset, of: partition) { table.write(to: &$0) }
    let map = try #require(BucketMap(bucketCount: count))
    let entry = IndexEntry(of: info(of: block), address: UInt64(IndexTable.firstAddress))
    try write(at: base + map.bucket(of: block.score) * Self.blockSize, of: partition) {
      Bucket.write([entry], magic: 9, blockSize: Self.blockSize, to: &$0)
    }
    return partition
  }

  private func info(of block: Block) -> ClumpInfo {
    ClumpInfo(
      typeValue: BlockType.data.wireValue, storedSize: block.count, size: block.count,
      score: block.score)
  }

  private func sparse(_ name: String, length: Int) throws -> FilePartition {
    let path = directory.path.appending(name)
    let descriptor = try FileDescriptor.open(
      path, .writeOnly, options: .create, permissions: .ownerReadWrite)
    try descriptor.closeAfter { try descriptor.resize(to: Int64(length)) }
    return try FilePartition(opening: path.string, for: .readWrite)
  }

  private func write(
    at offset: Int, of partition: FilePartition, _ body: (inout ByteWriter) -> Void
  ) throws {
    var writer = ByteWriter()
    body(&writer)
    try partition.write(Block(writer.bytes).bytes, at: offset)
  }
}

/// Counts what is read of a partition.
private final class CountingPartition: Partition {
  private let partition: any Partition
  private let reads = Atomic(0)
  private let bytes = Atomic(0)

  init(_ partition: any Partition) {
    self.partition = partition
  }

  var name: String { partition.name }
  var length: Int { partition.length }
  var readCount: Int { reads.load(ordering: .relaxed) }
  var byteCount: Int { bytes.load(ordering: .relaxed) }

  func read(_ count: Int, at offset: Int) throws(StoreError) -> Block {
    reads.add(1, ordering: .relaxed)
    bytes.add(count, ordering: .relaxed)
    return try partition.read(count, at: offset)
  }

  func firstData(from offset: Int) -> Int { partition.firstData(from: offset) }

  func write(_ bytes: RawSpan, at offset: Int) throws(StoreError) {
    try partition.write(bytes, at: offset)
  }

  func sync() throws(StoreError) {
    try partition.sync()
  }
}
