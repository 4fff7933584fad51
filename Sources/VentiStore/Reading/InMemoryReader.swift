internal import VentiCore

/// Looks for blocks in what the system has in memory of a store, so that its caller never waits for
/// a disk: an event loop, which other clients wait for.
///
/// What it does not find may be there all the same.
struct InMemoryReader: Sendable {
  private let index: Index
  private let addresses: AddressMap
  private let bloom: BloomBits?
  private let log: LogFollower
  private let buckets: LiveBuckets?

  /// A reader of a store's parts; nil when the index has gaps, which only a search can fill.
  ///
  /// - Parameter buckets: those of an index that is written to meanwhile.
  init?(
    index: Index, arenas: [Arena], bloom: BloomBits?, log: LogFollower,
    buckets: LiveBuckets? = nil
  ) {
    let sections = index.sections.compactMap { $0?.inMemory }
    guard sections.count == index.sections.count,
      let inMemory = try? Index(index.table, sections: sections)
    else { return nil }
    self.index = inMemory
    addresses = AddressMap(index.table, arenas: arenas.map(\.inMemory))
    self.log = log
    self.buckets = buckets
    self.bloom = bloom.map { BloomBits(InMemoryPartition(of: $0.partition), $0.filter) }
  }

  /// Reads a block that the index knows, and checks it against its score.
  func read(_ address: BlockAddress) -> Block? {
    if let block = log.block(address) { return block }
    guard let entries = try? entries(for: address.score, address.type) else { return nil }
    var search = BlockSearch(address, following: log)
    return search.read(entries, through: addresses)
  }

  /// Reads a block whose entry is known.
  func read(_ address: BlockAddress, at entry: IndexEntry) -> Block? {
    if let block = log.block(address) { return block }
    var search = BlockSearch(address, following: log)
    return search.read([entry], through: addresses)
  }

  private func entries(for score: Score, _ type: BlockType) throws(StoreError) -> [IndexEntry] {
    guard let buckets else { return try index.entries(for: score, type) }
    return try buckets.entries(for: score, type, in: index)
  }

  /// Whether the index knows a block, and its clump is where the index says; nil when a disk has to
  /// be asked.
  func contains(_ key: BlockKey, _ type: BlockType) -> Bool? {
    do throws(StoreError) {
      if let bloom, try !bloom.mayContain(key.score) { return false }
      guard let entry = try entries(for: key.score, type).first else { return false }
      return hasClump(at: entry) ? true : nil
    } catch {
      return nil
    }
  }

  /// Whether a clump is where an entry says.
  ///
  /// One that cannot be looked at is as good as one that is not there: for the disk to say.
  func hasClump(at entry: IndexEntry) -> Bool {
    addresses.hasClump(at: entry)
  }
}

extension IndexSection {
  fileprivate var inMemory: IndexSection {
    IndexSection(InMemoryPartition(of: partition), header: header)
  }
}

extension Arena {
  fileprivate var inMemory: Arena {
    Arena(
      name: name, partition: InMemoryPartition(of: partition), start: start, geometry: geometry)
  }
}
