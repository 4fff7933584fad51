import VentiCore
import VentiStore

/// A small store in memory, of which each input gets a copy.
struct TemplateStore: Sendable {
  /// All blocks are in the index.
  static let roomy = TemplateStore(buckets: 16)
  /// Most blocks find no room in their bucket.
  static let crowded = TemplateStore(buckets: 1)

  private static let blockSize = 512
  /// Where the first bucket is.
  let base = PartitionLayout.base(blockSize: blockSize)

  let addresses: [BlockAddress]
  let bucketMagic: UInt32
  let bucketByteCount: Int
  private let arenas: [UInt8]
  private let section: [UInt8]

  /// Writes nothing that it is not asked to.
  let options: WriteOptions = {
    var options = WriteOptions()
    options.syncIntervalSeconds = 1e6
    options.indexIntervalSeconds = 1e6
    options.now = { 1_800_000_000 }
    return options
  }()

  private init(buckets: Int) {
    let base = PartitionLayout.base(blockSize: Self.blockSize)
    bucketByteCount = buckets * Self.blockSize
    let arenas = MemoryPartition([UInt8](repeating: 0, count: base + 1 << 20))
    let section = MemoryPartition([UInt8](repeating: 0, count: base + bucketByteCount))
    do {
      var format = ArenaPartitionFormat(name: "a")
      format.arenaByteCount = 1 << 20
      format.blockSize = Self.blockSize
      let formatted = try format.apply(to: arenas)
      var sectionFormat = IndexSectionFormat(name: "s")
      sectionFormat.blockSize = Self.blockSize
      let laid = try sectionFormat.apply(to: section)
      try IndexLayout(name: "main", sections: [laid], arenas: formatted.arenas).apply(to: [laid])
      bucketMagic = laid.header.bucketMagic ?? 0
      let blocks = (0..<40).map { Block(Array("block \($0)".utf8)) }
      addresses = blocks.map { BlockAddress($0.score, .data, limit: 100) }
      let parts = StoreParts(arenas: [arenas], indexName: "main", sections: [section])
      let store = try Store(parts, options: options)
      for block in blocks { try store.write(block, type: .data) }
      try store.close()
    } catch {
      preconditionFailure("template: \(error)")
    }
    self.arenas = arenas.bytes
    self.section = section.bytes
  }

  /// A copy of the store, with a change to its index.
  func parts(_ change: (MemoryPartition) -> Void = { _ in }) -> StoreParts {
    let index = MemoryPartition(section)
    change(index)
    return StoreParts(arenas: [MemoryPartition(arenas)], indexName: "main", sections: [index])
  }

  /// Whether somebody who only reads finds all blocks.
  func holdsAll(_ parts: StoreParts) -> Bool {
    guard let arenas = try? ArenaPartition(parts.arenas[0]),
      let store = try? ReadOnlyStore(
        partitions: [arenas], indexName: "main",
        sections: parts.sections.compactMap { try? IndexSection($0) })
    else { return false }
    return addresses.allSatisfy { (try? store.read($0)) != nil }
  }
}
