import VentiCore
import VentiServer
import VentiStore

/// A store on this machine, as its server's web pages show it.
struct ServePages: StorePages {
  private let indexName: String
  private let arenas: [Arena]
  private let index: Index?
  private let problems: [String]
  private let catalog: RootCatalog
  private let store: Store?

  /// The pages of a store that is only read.
  init(_ store: ReadOnlyStore, named indexName: String) {
    self.indexName = indexName
    arenas = store.arenas
    index = store.index
    problems = store.problems.map(\.description)
    catalog = RootCatalog(of: store.arenas)
    self.store = nil
  }

  /// The pages of a store that is written to.
  init(_ store: Store, named indexName: String) {
    self.indexName = indexName
    arenas = store.arenas
    index = store.index
    problems = []
    catalog = RootCatalog(of: store.arenas)
    self.store = store
  }

  var trouble: String? { store?.failure ?? problems.first }

  func archives() -> [StoreArchive] {
    catalog.look().archives.map { StoreArchive(score: $0.score, time: $0.time, root: $0.root) }
  }

  func flushBlocks() throws(BlockError) { try store?.sync() }

  func flushIndex() throws(BlockError) { try store?.flushIndex() }

  /// Reads the tails of all arenas: what is safe on disk, at the most a few seconds old.
  func report() -> StoreReport {
    let table = index?.table
    let blockSize = table?.blockSize ?? arenas.first?.geometry.blockSize ?? 0
    let addresses = Dictionary(
      (table?.arenas ?? []).map { ($0.name, $0.range) }, uniquingKeysWith: { first, _ in first })
    var report = StoreReport(
      indexName: table?.name ?? indexName, indexVersion: IndexTable.version,
      blockSize: blockSize, tableByteCount: PartitionLayout.tableByteCount,
      bucketCount: index?.map.bucketCount ?? 0, divisor: index?.map.divisor ?? 0,
      sections: (table?.sections ?? []).map {
        .init(
          name: $0.name, buckets: $0.range, bucketCapacity: Bucket.capacity(blockSize: blockSize))
      },
      arenas: [], problems: problems)
    for arena in arenas {
      do throws(StoreError) {
        report.arenas.append(
          .init(arena, try arena.tail(), at: addresses[arena.name] ?? 0..<0))
      } catch {
        report.problems.append("\(error)")
      }
    }
    return report
  }
}

extension StoreReport.Arena {
  /// An arena as its tail describes it.
  fileprivate init(_ arena: Arena, _ tail: ArenaTail, at addresses: Range<Int>) {
    self.init(
      name: arena.name, addresses: addresses, partition: arena.partition.name,
      range: arena.start..<arena.start + arena.geometry.length,
      blockSize: arena.geometry.blockSize, version: Int(tail.version.rawValue),
      created: tail.firstWriteTime, modified: tail.lastWriteTime,
      written: .init(tail.written), indexed: .init(tail.indexed),
      seal: tail.seal == .none ? nil : tail.seal)
  }
}

extension StoreReport.Contents {
  fileprivate init(_ statistics: ArenaStatistics) {
    self.init(
      clumpCount: statistics.clumpCount, compressedClumpCount: statistics.compressedClumpCount,
      blockByteCount: statistics.blockByteCount, usedByteCount: statistics.usedByteCount,
      isSealed: statistics.isSealed)
  }
}
