internal import VentiCore

/// Opens the parts of a store for writing, and makes anew what is missing or damaged of index and
/// bloom filter.
struct StoreOpening {
  let parts: StoreParts
  let progress: IndexRebuilder.Progress?

  /// What was opened.
  struct Result {
    var partitions: [ArenaPartition]
    var index: Index
    var addresses: AddressMap
    var bloom: BloomBits?

    /// The arenas in the order of filling.
    var slots: [ArenaSlot] { addresses.slots(index.table) }
    var sections: [IndexSection] { index.sections.compactMap { $0 } }
  }

  /// Opens the store.
  func open() throws(StoreError) -> Result {
    let partitions = try openArenas()
    let index = try openOrRebuildIndex(partitions)
    let addresses = try addressMap(index, partitions)
    let bloom = try openBloom(addresses.slots(index.table))
    return Result(partitions: partitions, index: index, addresses: addresses, bloom: bloom)
  }

  private func openOrRebuildIndex(_ partitions: [ArenaPartition]) throws(StoreError) -> Index {
    if let index = try? openIndex() { return index }
    let (index, overflow) = try newIndex(partitions)
    guard overflow == 0 else {
      throw .inconsistent(
        place: "index \(quoted(parts.indexName))",
        reason: "is too small: its buckets have no room for \(overflow) blocks")
    }
    return index
  }

  /// Makes the index anew; returns how many blocks their buckets had no room for.
  func rebuildIndex() throws(StoreError) -> Int {
    try newIndex(openArenas()).overflow
  }

  /// Makes the bloom filter anew.
  func rebuildBloom() throws(StoreError) {
    guard let partition = parts.bloom else { return }
    let index = try openIndex()
    let addresses = try addressMap(index, openArenas())
    _ = try newBloom(in: partition, addresses.slots(index.table))
  }

  private func openArenas() throws(StoreError) -> [ArenaPartition] {
    var partitions: [ArenaPartition] = []
    for partition in parts.arenas { partitions.append(try ArenaPartition(partition)) }
    return partitions
  }

  private func addressMap(
    _ index: Index, _ partitions: [ArenaPartition]
  ) throws(StoreError) -> AddressMap {
    let addresses = AddressMap(index.table, arenas: partitions.flatMap(\.arenas))
    if let problem = addresses.problems.first { throw problem }
    return addresses
  }

  /// The index as it is on disk, if all of it is there.
  private func openIndex() throws(StoreError) -> Index {
    var sections: [IndexSection] = []
    for partition in parts.sections { sections.append(try IndexSection(partition)) }
    let index = try Index(name: parts.indexName, sections: sections)
    if let problem = index.problems.first { throw problem }
    return index
  }

  /// Makes the index anew.
  ///
  /// The sections get headers that say whose they are once the buckets are full: after a crash
  /// before that it is all begun again.
  private func newIndex(
    _ partitions: [ArenaPartition]
  ) throws(StoreError) -> (index: Index, overflow: Int) {
    let layout = try knownLayout()
    for partition in parts.sections { try checkMayReplace(partition) }
    var sections: [IndexSection] = []
    for (number, partition) in parts.sections.enumerated() {
      let old = try? IndexSection(partition).header
      var format = IndexSectionFormat(
        name: layout?.table.sections[number].name ?? old?.name
          ?? "\(parts.indexName).section\(number)")
      format.blockSize = layout?.table.blockSize ?? old?.blockSize ?? format.blockSize
      sections.append(try format.apply(to: partition, overwrites: true))
    }
    let new = try finalLayout(layout, sections, partitions)
    let filled = zip(sections, new.headers(of: sections)).map {
      IndexSection($0.partition, header: $1)
    }
    let index = try Index(new.table, sections: filled)
    let slots = try addressMap(index, partitions).slots(index.table)
    let overflow = try IndexRebuilder(
      directories: ArenaDirectories(slots: slots), progress: progress
    ).fill(index)
    try new.apply(to: sections, overwrites: true)
    return (index, overflow)
  }

  private func finalLayout(
    _ known: IndexLayout?, _ sections: [IndexSection], _ partitions: [ArenaPartition]
  ) throws(StoreError) -> IndexLayout {
    if let known { return known }
    return try IndexLayout(
      name: parts.indexName, sections: sections, arenas: partitions.flatMap(\.arenas))
  }

  /// The layout that some section still knows, if it fits the sections that there are.
  private func knownLayout() throws(StoreError) -> IndexLayout? {
    for partition in parts.sections {
      guard let section = try? IndexSection(partition), let table = try? section.table(),
        table.name == parts.indexName, table.sections.count == parts.sections.count,
        table.blockSize == section.header.blockSize
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

  /// The filter as it is on disk, or else a new one.
  private func openBloom(_ slots: [ArenaSlot]) throws(StoreError) -> BloomBits? {
    guard let partition = parts.bloom else { return nil }
    if let bloom = try? BloomBits(partition) { return bloom }
    return try newBloom(in: partition, slots)
  }

  /// Makes a filter that holds all blocks; its header is written last.
  private func newBloom(
    in partition: any Partition, _ slots: [ArenaSlot]
  ) throws(StoreError) -> BloomBits {
    try partition.checkIsUnused(exceptBy: BloomFilter.magic)
    let old = try? BloomBits(partition).filter
    guard let filter = old ?? BloomFilter(formatting: partition.length) else {
      throw .format(
        partition: partition.name,
        reason: "\(partition.length) bytes, at least 1048576 needed for a bloom filter")
    }
    let bloom = BloomBits(partition, filter)
    try filter.clear(partition)
    try IndexRebuilder(directories: ArenaDirectories(slots: slots), progress: progress)
      .fill(bloom)
    try filter.writeHeader(to: partition)
    return bloom
  }
}
