internal import Posix
public import SystemPackage
public import VentiCore

/// A store in files or on disks of this machine, for reading.
///
/// Nothing of it is changed, and a server may write to it meanwhile. Opening it reads headers and
/// tables only, however large the store is.
///
/// A block is looked for in the index first. What is not there may be in the arenas only, as
/// servers bring the index up to date at leisure: then the directories of the clumps that are not
/// indexed are read. Where the index is missing, cannot be read, or leads astray, the directories
/// of all arenas are searched, arena by arena: slower, and still right.
///
/// The tables that are made of directories take 16 bytes a clump, and `tableEntryLimit` entries at
/// most; arenas for which there is no room are read again by each search.
public final class ReadOnlyStore: BlockFetcher {
  /// The most entries in tables of clumps: 128 MiB, enough for some 60 GiB of blocks without an
  /// index.
  public static let tableEntryLimit = 8 << 20
  /// Threads that `fetch` uses.
  static let fetchThreadCount = 4
  /// Blocks that one of those threads reads in a row: to wake another takes as long as to read
  /// some of them.
  static let fetchBatchCount = 16
  /// Batches that may wait for those threads.
  static let fetchQueueLimit = 256

  /// The arenas, in the order in which they are filled.
  public let arenas: [Arena]
  /// The index; nil when there is none that can be used.
  public let index: Index?
  /// What opening the store has shown to be wrong; blocks can be read all the same.
  public let problems: [StoreError]

  /// How many blocks are remembered for which all arenas were searched in vain.
  private static let lostBlockLimit = 4096

  private struct LostBlock: Hashable, Sendable {
    let score: Score
    let type: BlockType
  }

  /// Why arenas are missing, if any are.
  private let missing: StoreError?
  private let addresses: AddressMap?
  private let log = LogFollower()
  private let inMemory: InMemoryReader?
  private let catalogs: [ArenaCatalog]
  /// Where a block was found last that is not indexed.
  private let lastCatalog = Monitor<ArenaCatalog?>(nil)
  private let lost = Monitor(
    LeastRecentlyUsed<LostBlock, BlockError>(capacity: lostBlockLimit))
  private let pool = WorkerPool(
    "store", threads: fetchThreadCount, queueLimit: fetchQueueLimit)

  /// Opens a store by its configuration, or by the directory that holds a `venti.conf`.
  public convenience init(opening path: FilePath) throws(StoreError) {
    try self.init(StoreConfiguration(contentsOf: path))
  }

  /// Opens the store that a configuration describes.
  ///
  /// Parts that cannot be used are left out and noted in `problems`.
  ///
  /// - Throws: `StoreError` when no arena can be used.
  public convenience init(_ configuration: StoreConfiguration) throws(StoreError) {
    var missing: [StoreError] = []
    var problems: [StoreError] = []
    let partitions = Self.open(configuration.arenas, problems: &missing) {
      (name) throws(StoreError) in
      try ArenaPartition(FilePartition(opening: name, for: .readOnly))
    }
    let sections = Self.open(configuration.sections, problems: &problems) {
      (name) throws(StoreError) in
      try IndexSection(FilePartition(opening: name, for: .readOnly))
    }
    try self.init(
      partitions: partitions, indexName: configuration.indexName, sections: sections,
      missing: missing, problems: problems)
  }

  /// Puts a store together.
  ///
  /// - Parameters:
  ///   - sections: the sections of the index; none for a store without an index.
  ///   - missing: why partitions with arenas are not there.
  ///   - problems: what else is known to be wrong.
  public init(
    partitions: [ArenaPartition], indexName: String, sections: [IndexSection],
    missing: [StoreError] = [], problems: [StoreError] = [],
    tableEntryLimit: Int = tableEntryLimit
  ) throws(StoreError) {
    var problems = missing + problems
    let all = partitions.flatMap(\.arenas)
    guard !all.isEmpty else {
      throw problems.first ?? .inconsistent(place: "store", reason: "no arenas")
    }
    let index = Self.index(indexName, sections, problems: &problems)
    let addresses = index.map { AddressMap($0.table, arenas: all) }
    self.missing = missing.first ?? addresses?.problems.first
    problems += addresses?.problems ?? []
    let indexed = addresses?.arenasInOrder ?? []
    // An index of which no arena is there is that of another store.
    (self.index, self.addresses) = indexed.isEmpty ? (nil, nil) : (index, addresses)
    arenas = indexed.isEmpty ? all : indexed
    inMemory = self.index.flatMap { [log] in
      InMemoryReader(index: $0, arenas: all, bloom: nil, log: log)
    }
    self.problems = problems
    let budget = TableBudget(entries: tableEntryLimit)
    catalogs = Self.catalogs(of: arenas, self.index, self.addresses, budget)
  }

  /// Reads a block on the thread of the caller, and checks it against its score.
  public func read(_ address: BlockAddress) throws(BlockError) -> Block {
    if address.score == .zero { return .empty }
    if let block = log.block(address) { return try block.limited(by: address) }
    var search = BlockSearch(address, following: log)
    let block =
      readKnown(&search) ?? readIndexed(&search) ?? readUnindexed(&search)
      ?? readIndexedThoroughly(&search) ?? readEverywhere(&search)
    guard let block else { throw error(after: &search) }
    return try block.limited(by: address)
  }

  /// Reads a block that the index knows, and that the system has in memory.
  public func readAtOnce(_ address: BlockAddress) -> Block? {
    guard address.score != .zero else { return nil }
    return inMemory?.read(address).flatMap { try? $0.limited(by: address) }
  }

  /// Reads blocks on a few threads of the store's own.
  ///
  /// Once more than `fetchQueueLimit` batches wait, the caller's thread reads the next one itself.
  public func fetch(_ addresses: [BlockAddress], deliver: @escaping BlockDelivery) {
    for start in stride(from: 0, to: addresses.count, by: Self.fetchBatchCount) {
      let batch = addresses[start..<min(start + Self.fetchBatchCount, addresses.count)]
      let job = { @Sendable in
        for address in batch {
          deliver(address, Result { () throws(BlockError) in try self.read(address) })
        }
      }
      if !pool.submit(job) { job() }
    }
  }

  /// Why a search has found nothing.
  private func error(after search: inout BlockSearch) -> BlockError {
    if let missing { search.note(gap: missing) }
    let error = search.error
    guard search.damage != nil else { return error }
    let block = LostBlock(score: search.address.score, type: search.address.type)
    lost.withLock { $0.insert(error, for: block, cost: 1) }
    return error
  }

  /// Whether all arenas were searched before for a block whose clump is damaged.
  private func isLost(_ search: BlockSearch) -> Bool {
    let block = LostBlock(score: search.address.score, type: search.address.type)
    return search.damage != nil && lost.withLock { $0.value(for: block) } != nil
  }

  /// Looks where the last block was that is not indexed, in the directory as it was read then: others
  /// of the same backup are there, and neither index nor arena need be asked for them.
  private func readKnown(_ search: inout BlockSearch) -> Block? {
    guard let catalog = lastCatalog.withLock({ $0 }) else { return nil }
    let places = catalog.knownPlaces(for: search.address.score, search.address.type)
    return read(&search, catalog.arena, at: places)
  }

  /// Follows the index.
  private func readIndexed(_ search: inout BlockSearch) -> Block? {
    guard let index, let addresses else { return nil }
    do throws(StoreError) {
      let entries = try index.entries(for: search.address.score, search.address.type)
      return search.read(entries, through: addresses)
    } catch {
      search.note(gap: error)
      return nil
    }
  }

  /// Follows the directories of clumps that are not indexed yet.
  private func readUnindexed(_ search: inout BlockSearch) -> Block? {
    guard index != nil, search.gap == nil else { return nil }
    return read(&search, from: .unindexed)
  }

  /// Follows the index again, and sees whether the bucket is sound.
  ///
  /// A server may have been writing the bucket at the first look, which then showed some of the old
  /// and some of the new. The journal has what is written now; what was written before it is all
  /// there at the second look.
  private func readIndexedThoroughly(_ search: inout BlockSearch) -> Block? {
    guard let index, let addresses, !search.isAstray else { return nil }
    do throws(StoreError) {
      let new = try index.journalled(search.address.score, search.address.type)
      if let block = search.read(new, through: addresses) { return block }
      let (entries, fault) = try index.remnants(
        of: search.address.score, search.address.type)
      if let block = search.read(entries, through: addresses) { return block }
      if let fault { search.note(gap: fault) }
      try index.checkIsCurrent(for: search.address.score)
    } catch {
      search.note(gap: error)
    }
    return nil
  }

  /// Follows the directories of all clumps, where the index cannot be trusted.
  ///
  /// For a damaged clump that is done once: another copy of it will be in the index.
  private func readEverywhere(_ search: inout BlockSearch) -> Block? {
    guard index == nil || search.isAstray && !isLost(search) else { return nil }
    search.closeGaps()
    return read(&search, from: .all)
  }

  private func read(_ search: inout BlockSearch, from scope: ArenaCatalog.Scope) -> Block? {
    // Arenas are filled in order: of those that were empty only the next one can have changed.
    var mayHaveClumps = true
    for catalog in catalogs where mayHaveClumps || !catalog.wasEmpty {
      let finding = catalog.find(search.address.score, search.address.type, in: scope)
      mayHaveClumps = !finding.isEmpty
      if let block = read(&search, catalog.arena, at: finding.places) {
        lastCatalog.withLock { $0 = catalog }
        return block
      }
      if let failure = finding.failure { search.note(gap: failure) }
    }
    return nil
  }

  private func read(
    _ search: inout BlockSearch, _ arena: Arena, at places: [ClumpTable.Place]
  ) -> Block? {
    for place in places {
      let block = search.read(arena, at: place.offset, hint: place.byteCountHint, isGuess: true)
      if let block { return block }
    }
    return nil
  }

  private static func catalogs(
    of arenas: [Arena], _ index: Index?, _ addresses: AddressMap?, _ budget: TableBudget
  ) -> [ArenaCatalog] {
    guard let index, let addresses else {
      return arenas.map { ArenaCatalog($0, budget: budget) }
    }
    let overflow = OverflowReader(index, addresses)
    return addresses.slots.map { slot in
      ArenaCatalog(slot.arena, budget: budget) { overflow.leftOut(of: slot, $0) }
    }
  }

  private static func index(
    _ name: String, _ sections: [IndexSection], problems: inout [StoreError]
  ) -> Index? {
    guard !sections.isEmpty else { return nil }
    do throws(StoreError) {
      let index = try Index(name: name, sections: sections)
      problems += index.problems
      return index
    } catch {
      problems.append(error)
      return nil
    }
  }

  /// Opens what can be opened.
  private static func open<Part>(
    _ names: [String], problems: inout [StoreError], _ open: (String) throws(StoreError) -> Part
  ) -> [Part] {
    var parts: [Part] = []
    for name in names {
      do throws(StoreError) {
        parts.append(try open(name))
      } catch {
        problems.append(error)
      }
    }
    return parts
  }
}
