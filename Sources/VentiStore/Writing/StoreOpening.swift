internal import VentiCore

/// Opens the parts of a store for writing, and makes anew what is missing or damaged of index and
/// bloom filter.
struct StoreOpening {
  let parts: StoreParts
  let progress: IndexRebuilder.Progress?

  /// What was opened.
  struct Result {
    var partitions: [ArenaPartition]
    var sections: [IndexSection]
    var slots: [ArenaSlot]
    var index: Index
    var addresses: AddressMap
    var bloom: BloomBits?
  }

  func open() throws(StoreError) -> Result {
    var partitions: [ArenaPartition] = []
    for partition in parts.arenas { partitions.append(try ArenaPartition(partition)) }
    let arenas = partitions.flatMap(\.arenas)
    let (sections, index, isNew) = try openIndex(arenas)
    let addresses = AddressMap(index.table, arenas: arenas)
    if let problem = addresses.problems.first { throw problem }
    let slots = zip(addresses.arenasInOrder, index.table.arenas).map { arena, line in
      ArenaSlot(arena: arena, address: line.range.lowerBound)
    }
    let rebuilder = IndexRebuilder(slots: slots, progress: progress)
    if isNew {
      _ = try rebuilder.fill(index)
      // Only now do the sections say whose they are: a crash before begins it again.
      try IndexLayout(index.table).apply(to: sections, overwrites: true)
    }
    let bloom = try openBloom(rebuilder)
    return Result(
      partitions: partitions, sections: sections, slots: slots, index: index,
      addresses: addresses, bloom: bloom)
  }

  /// The index as it is on disk, or a new one without entries.
  private func openIndex(
    _ arenas: [Arena]
  ) throws(StoreError) -> (sections: [IndexSection], index: Index, isNew: Bool) {
    var sections: [IndexSection] = []
    for partition in parts.sections {
      if let section = try? IndexSection(partition) { sections.append(section) }
    }
    if let index = try? Index(name: parts.indexName, sections: sections),
      index.sections.allSatisfy({ $0 != nil })
    {
      return (sections, index, false)
    }
    sections = []
    for (number, partition) in parts.sections.enumerated() {
      try checkMayReplace(partition)
      let format = IndexSectionFormat(name: "\(parts.indexName).section\(number)")
      sections.append(try format.apply(to: partition, overwrites: true))
    }
    let layout = try IndexLayout(name: parts.indexName, sections: sections, arenas: arenas)
    // What the headers on disk will say once the buckets are full.
    let future = zip(sections, layout.headers(of: sections)).map {
      IndexSection($0.partition, header: $1)
    }
    return (sections, try Index(layout.table, sections: future), true)
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

  /// The filter as it is on disk, or a new one that holds all blocks.
  private func openBloom(_ rebuilder: IndexRebuilder) throws(StoreError) -> BloomBits? {
    guard let partition = parts.bloom else { return nil }
    if let bloom = try? BloomBits(partition) { return bloom }
    guard let filter = BloomFilter(formatting: partition.length) else {
      throw .format(
        partition: partition.name,
        reason: "\(partition.length) bytes, at least 1048576 needed for a bloom filter")
    }
    try partition.checkIsUnused(exceptBy: BloomFilter.magic)
    let bloom = BloomBits(partition, filter)
    try filter.clear(partition)
    try rebuilder.fill(bloom)
    try filter.writeHeader(to: partition)
    return bloom
  }
}
