internal import VentiCore

/// Opens the parts of a store for writing, and makes anew what is damaged of index and bloom
/// filter.
///
/// Only what is blank, or does not say what its format asks for, is made anew. What cannot be read,
/// is too short, or belongs elsewhere is an error: it may be right again once a disk is back or a
/// configuration mended, and to write over it would be a loss.
struct StoreOpening {
  let parts: StoreParts
  /// Told what is made anew, and why.
  var notice: @Sendable (String) -> Void = { _ in }
  var progress: IndexRebuilder.Progress?

  /// What was opened.
  struct Result {
    var partitions: [ArenaPartition]
    var index: Index
    var addresses: AddressMap
    var bloom: BloomBits?

    /// The arenas in the order of filling.
    var slots: [ArenaSlot] { addresses.slots }
    var sections: [IndexSection] { index.sections.compactMap { $0 } }
  }

  /// Opens the store.
  func open() throws(StoreError) -> Result {
    let partitions = try openArenas()
    let index = try openOrRebuildIndex(partitions)
    let addresses = try addressMap(index, partitions)
    tellOfUnlisted(partitions, index)
    let bloom = try openBloom(addresses)
    return Result(partitions: partitions, index: index, addresses: addresses, bloom: bloom)
  }

  /// Tells of arenas that no block can be found in: growing was interrupted, or left half done.
  private func tellOfUnlisted(_ partitions: [ArenaPartition], _ index: Index) {
    let listed = Set(index.table.arenas.map(\.name))
    for partition in partitions
    where !partition.arenas.contains(where: { listed.contains($0.name) }) {
      notice(
        "partition \(quoted(partition.partition.name)): index \(quoted(index.table.name)) lists "
          + "none of its arenas, so that they take no blocks; 'venti grow' adds them")
    }
  }

  /// The index; nil when some of it is damaged or not filled.
  func openWholeIndex() throws(StoreError) -> Index? {
    for partition in parts.sections where try damage(of: partition) != nil { return nil }
    return try openIndex()
  }

  private func openOrRebuildIndex(_ partitions: [ArenaPartition]) throws(StoreError) -> Index {
    for partition in parts.sections {
      guard let damage = try damage(of: partition) else { continue }
      notice("making the index anew: \(damage)")
      return try newIndex(partitions).index
    }
    return try openIndex()
  }

  /// Why a section has to be made anew; nil for one that is whole.
  ///
  /// - Throws: `StoreError` when that cannot be found out, or the section is that of another index.
  private func damage(of partition: any Partition) throws(StoreError) -> StoreError? {
    do throws(StoreError) {
      let section = try IndexSection(partition)
      let (header, place) = (section.header, "partition \(quoted(partition.name))")
      if header.indexName.isEmpty {
        return .inconsistent(place: place, reason: "is not filled, or was left half filled")
      }
      // Checked by name before the table is looked at: it may be that of another index as well.
      try checkMayReplace(partition)
      let table = try section.table()
      let isListed = table.sections.contains { line in
        line.name == header.name && line.range == header.buckets
      }
      guard isListed, table.name == header.indexName, table.blockSize == header.blockSize else {
        return .inconsistent(place: place, reason: "header and table disagree")
      }
      return nil
    } catch {
      guard case .malformed = error else { throw error }
      return error
    }
  }

  /// Makes the index anew; returns how many clumps have a block.
  func rebuildIndex() throws(StoreError) -> Int {
    try newIndex(openArenas()).clumpCount
  }

  /// Makes the bloom filter anew; returns how many clumps have a block, nil if there is no filter.
  func rebuildBloom() throws(StoreError) -> Int? {
    guard let partition = parts.bloom else { return nil }
    let index = try openIndex()
    return try newBloom(in: partition, addressMap(index, openArenas())).clumpCount
  }

  /// The arena partitions.
  func openArenas() throws(StoreError) -> [ArenaPartition] {
    try parts.openArenas()
  }

  private func addressMap(
    _ index: Index, _ partitions: [ArenaPartition]
  ) throws(StoreError) -> AddressMap {
    let addresses = AddressMap(index.table, arenas: partitions.flatMap(\.arenas))
    if let problem = addresses.problems.first { throw problem }
    return addresses
  }

  /// The index as it is on disk, if all of it is there.
  func openIndex() throws(StoreError) -> Index {
    let index = try Index(name: parts.indexName, sections: parts.openSections())
    if let problem = index.problems.first { throw problem }
    return index
  }

  /// Makes the index anew.
  ///
  /// The old one is given up once it is certain that the arenas can be read, and that the new one has
  /// room for what they hold. The sections get headers that say whose they are once all is in the
  /// buckets: after a crash before that it is all begun again, and an index with gaps is never taken
  /// for whole.
  private func newIndex(
    _ partitions: [ArenaPartition]
  ) throws(StoreError) -> (index: Index, clumpCount: Int) {
    let layout = knownLayout(partitions.flatMap(\.arenas))
    for partition in parts.sections { try checkMayReplace(partition) }
    var sections: [IndexSection] = []
    for (number, partition) in parts.sections.enumerated() {
      let old = try? IndexSection(partition).header
      var format = IndexSectionFormat(
        name: layout?.table.sections[number].name ?? old?.name
          ?? "\(parts.indexName).section\(number)")
      format.blockSize = layout?.table.blockSize ?? old?.blockSize ?? format.blockSize
      sections.append(IndexSection(partition, header: try format.header(for: partition)))
    }
    let new = try finalLayout(layout, sections, partitions)
    let filled = zip(sections, new.headers(of: sections)).map {
      IndexSection($0.partition, header: $1)
    }
    let index = try Index(new.table, sections: filled)
    let rebuilder = try rebuilder(addressMap(index, partitions))
    try rebuilder.checkRoom(index)
    for section in sections { try section.format() }
    let count = try rebuilder.fill(index)
    try new.apply(to: sections, overwrites: true)
    return (index, count.clumps)
  }

  private func rebuilder(_ addresses: AddressMap) throws(StoreError) -> IndexRebuilder {
    IndexRebuilder(
      directories: try ArenaDirectories(addresses),
      memoryByteCount: parts.indexMemoryByteCount, progress: progress)
  }

  private func finalLayout(
    _ known: IndexLayout?, _ sections: [IndexSection], _ partitions: [ArenaPartition]
  ) throws(StoreError) -> IndexLayout {
    if let known { return known }
    return try IndexLayout(
      name: parts.indexName, sections: sections, arenas: partitions.flatMap(\.arenas))
  }

  /// The layout that some section still knows, if it fits the sections and arenas that there are.
  private func knownLayout(_ arenas: [Arena]) -> IndexLayout? {
    for partition in parts.sections {
      guard let section = try? IndexSection(partition), let table = try? section.table(),
        table.name == parts.indexName, table.sections.count == parts.sections.count,
        table.blockSize == section.header.blockSize, table.arenas.count == arenas.count,
        AddressMap(table, arenas: arenas).problems.isEmpty
      else { continue }
      return IndexLayout(table)
    }
    return nil
  }

  /// Checks that a partition is not part of another store.
  private func checkMayReplace(_ partition: any Partition) throws(StoreError) {
    guard let section = try? IndexSection(partition) else {
      // A section with a damaged header, or nothing at all.
      return try partition.checkIsUnused(exceptBy: IndexSectionHeader.magic)
    }
    guard section.header.indexName.isEmpty || section.header.indexName == parts.indexName else {
      throw .occupied(
        partition: partition.name, by: "a section of index \(quoted(section.header.indexName))")
    }
  }

  /// The filter as it is on disk, or a new one in place of one that is damaged.
  private func openBloom(_ addresses: AddressMap) throws(StoreError) -> BloomBits? {
    guard let partition = parts.bloom else { return nil }
    do throws(StoreError) {
      return try BloomBits(partition)
    } catch {
      guard case .malformed = error else { throw error }
      notice("making the bloom filter anew: \(error)")
      return try newBloom(in: partition, addresses).bloom
    }
  }

  /// Makes a filter that holds all blocks; its header is written last.
  private func newBloom(
    in partition: any Partition, _ addresses: AddressMap
  ) throws(StoreError) -> (bloom: BloomBits, clumpCount: Int) {
    try partition.checkIsUnused(exceptBy: BloomFilter.magic)
    let old = try? BloomBits(partition).filter
    guard let filter = old ?? BloomFilter(formatting: partition.length) else {
      throw .format(
        partition: partition.name,
        reason: "\(partition.length) bytes, at least 1048576 needed for a bloom filter")
    }
    let bloom = BloomBits(partition, filter)
    try filter.clear(partition)
    let clumpCount = try rebuilder(addresses).fill(bloom)
    try filter.writeHeader(to: partition)
    return (bloom, clumpCount)
  }
}
