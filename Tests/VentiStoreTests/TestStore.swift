import Testing
import VentiCore
import VentiStore

/// A small store in memory, which its test writes like a server: clumps first, then the
/// directory and the tail, at last the index, each when the test says so.
final class TestStore {
  static let blockSize = 512
  static let arenaLength = 65_536

  /// An arena as the test knows it.
  struct TestArena {
    let name: String
    let start: Int
    let magic: UInt32
    var clumps: [Clump] = []
    /// Clumps that the tail counts, and that it counts as indexed.
    var counted = 0
    var indexed = 0
    var isSealed = false
  }

  let version: ArenaVersion
  let partition: MemoryPartition
  let sections: [MemoryPartition]
  let geometry: ArenaGeometry
  private(set) var arenas: [TestArena]
  private let bucketMagic: UInt32?
  private let bucketsPerSection = 32
  private let map: BucketMap
  private let base = PartitionLayout.base(blockSize: blockSize)

  init(version: ArenaVersion = .five, arenaCount: Int = 3, sectionCount: Int = 2) throws {
    self.version = version
    bucketMagic = version == .five ? 0x1234_5678 : nil
    geometry = try #require(
      ArenaGeometry(blockSize: Self.blockSize, length: Self.arenaLength))
    map = try #require(BucketMap(bucketCount: max(1, sectionCount) * bucketsPerSection))
    partition = MemoryPartition(
      name: "arenas", length: base + arenaCount * Self.arenaLength)
    sections = (0..<sectionCount).map { [base, bucketsPerSection] number in
      MemoryPartition(
        name: "isect\(number)", length: base + bucketsPerSection * Self.blockSize)
    }
    arenas = (0..<arenaCount).map { [base] number in
      TestArena(
        name: "t\(number)", start: base + number * Self.arenaLength,
        magic: version == .five ? 0xabcd_0000 + UInt32(number) : ArenaVersion.sharedClumpMagic)
    }
    format()
  }

  /// The store, opened.
  func open(
    withSections included: Bool = true, tableEntryLimit: Int = 1000
  ) throws -> ReadOnlyStore {
    let sections = included ? self.sections.compactMap { try? IndexSection($0) } : []
    return try ReadOnlyStore(
      partitions: [ArenaPartition(partition)], indexName: "main", sections: sections,
      tableEntryLimit: tableEntryLimit)
  }

  /// Writes a clump, and the zeros after it; nothing counts it yet.
  @discardableResult
  func write(_ block: Block, type: BlockType = .data, to arena: Int = 0) -> BlockAddress {
    let info = ClumpInfo(
      typeValue: type.wireValue, storedSize: block.count, size: block.count, score: block.score)
    write(info, block, to: arena)
    return BlockAddress(info.score, type, limit: ClumpInfo.maximumSize)
  }

  /// Writes a clump whose header may lie about the block.
  func write(_ info: ClumpInfo, _ block: Block, to arena: Int = 0) {
    let position = arenas[arena].clumps.last?.end ?? .first
    let magic = arenas[arena].magic
    partition.put(at: dataOffset(of: arena) + position.offset) { writer in
      ClumpHeader(magic: magic, info: info, encoding: .plain, time: 1).write(to: &writer)
      writer.raw(block.array)
      writer.uint32(0)
    }
    arenas[arena].clumps.append(Clump(position: position, info: info))
  }

  /// Enters all clumps of an arena in its directory and tail.
  func count(arena: Int = 0) {
    arenas[arena].counted = arenas[arena].clumps.count
    for clump in arenas[arena].clumps {
      let offset = directoryOffset(of: clump.position.number, arena: arena)
      partition.put(at: offset) { clump.info.write(to: &$0) }
    }
    writeTail(arena)
  }

  /// Enters all counted clumps of an arena in the index.
  func index(arena: Int = 0) {
    writeBuckets(alsoOf: arena)
    markIndexed(arena: arena)
  }

  /// Has the tail say that all counted clumps are indexed.
  func markIndexed(arena: Int = 0) {
    arenas[arena].indexed = arenas[arena].counted
    writeTail(arena)
  }

  /// Seals an arena for good.
  func seal(arena: Int) {
    arenas[arena].isSealed = true
    writeTail(arena)
  }

  /// Where in the partition the clumps of an arena begin.
  func dataOffset(of arena: Int) -> Int { arenas[arena].start + geometry.dataOffset }

  /// Where in the partition a clump begins.
  func offset(of clump: Int, arena: Int = 0) -> Int {
    dataOffset(of: arena) + arenas[arena].clumps[clump].position.offset
  }

  /// Where in the partition the directory entry of a clump is.
  func directoryOffset(of clump: Int, arena: Int = 0) -> Int {
    let perBlock = geometry.entriesPerDirectoryBlock
    return arenas[arena].start + geometry.directoryBlockOffset(clump / perBlock)
      + clump % perBlock * ClumpInfo.byteCount
  }

  func tailOffset(of arena: Int) -> Int { arenas[arena].start + geometry.tailOffset }

  /// The section and the offset in it of the bucket of a score.
  func bucket(of score: Score) -> (section: MemoryPartition, offset: Int) {
    let number = map.bucket(of: score)
    return (
      sections[number / bucketsPerSection],
      base + number % bucketsPerSection * Self.blockSize
    )
  }

  /// Replaces a bucket.
  func putBucket(_ entries: [IndexEntry], of score: Score) {
    let (section, offset) = bucket(of: score)
    section.put(at: offset) {
      Bucket.write(entries, magic: bucketMagic, blockSize: Self.blockSize, to: &$0)
    }
  }

  /// The index entry of a clump.
  func entry(_ clump: Int, arena: Int = 0) -> IndexEntry {
    let clump = arenas[arena].clumps[clump]
    let start = IndexTable.firstAddress + arena * geometry.size
    return IndexEntry(of: clump.info, address: UInt64(start + clump.position.offset))
  }

  private func format() {
    let header = ArenaPartitionHeader(blockSize: Self.blockSize, base: base)
    partition.put(at: PartitionLayout.blankByteCount) { header.write(to: &$0) }
    let table = ArenaTable(
      arenas: arenas.map {
        NamedRange(name: $0.name, range: $0.start..<$0.start + Self.arenaLength)
      })
    partition.put(at: header.tableOffset) { table.write(to: &$0) }
    for number in arenas.indices {
      let arena = arenas[number]
      let head = ArenaHead(
        version: version, name: arena.name, blockSize: Self.blockSize, length: Self.arenaLength,
        clumpMagic: arena.magic)
      partition.put(at: arena.start) { head.write(to: &$0) }
      writeTail(number)
    }
    formatSections()
  }

  private func formatSections() {
    let ranges = sections.enumerated().map { number, section in
      NamedRange(
        name: section.name,
        range: number * bucketsPerSection..<(number + 1) * bucketsPerSection)
    }
    let addresses = arenas.enumerated().map { number, arena in
      let start = IndexTable.firstAddress + number * geometry.size
      return NamedRange(name: arena.name, range: start..<start + geometry.size)
    }
    let table = IndexTable(
      name: "main", blockSize: Self.blockSize, sections: ranges, arenas: addresses)
    for (section, range) in zip(sections, ranges) {
      let header = IndexSectionHeader(
        name: section.name, indexName: "main", blockSize: Self.blockSize, base: base,
        blockCount: bucketsPerSection, buckets: range.range, bucketMagic: bucketMagic)
      section.put(at: PartitionLayout.blankByteCount) { header.write(to: &$0) }
      section.put(at: header.tableOffset) { table.write(to: &$0) }
    }
  }

  private func writeTail(_ number: Int) {
    let arena = arenas[number]
    var tail = ArenaTail(version: version, name: arena.name, clumpMagic: arena.magic)
    tail.indexed = statistics(of: arena, count: arena.indexed)
    tail.written = statistics(of: arena, count: arena.counted)
    tail.written.isSealed = arena.isSealed
    tail.indexed.isSealed = arena.isSealed && arena.indexed == arena.counted
    partition.put(at: tailOffset(of: number)) { [tail] in
      tail.write(to: &$0, blockSize: Self.blockSize)
    }
  }

  private func statistics(of arena: TestArena, count: Int) -> ArenaStatistics {
    let infos = arena.clumps.prefix(count).map(\.info)
    return ArenaStatistics(
      clumpCount: count, compressedClumpCount: infos.count { $0.isCompressed },
      usedByteCount: infos.reduce(0) { $0 + $1.clumpByteCount },
      blockByteCount: infos.reduce(0) { $0 + $1.size }, isSealed: false)
  }

  private func writeBuckets(alsoOf number: Int) {
    let entries = arenas.indices.flatMap { arena in
      let count = arena == number ? arenas[arena].counted : arenas[arena].indexed
      return (0..<count).map { entry($0, arena: arena) }
    }
    for (_, entries) in Dictionary(grouping: entries, by: { map.bucket(of: $0.score) }) {
      putBucket(entries.sorted(), of: entries[0].score)
    }
  }
}
