internal import VentiCore

/// Makes some sections of an index anew, where the others are in order.
package struct SectionRepair: Sendable {
  /// Entries in memory at a time.
  private static let entryLimit = 4 << 20

  /// What was entered.
  package struct Result: Sendable, Equatable {
    /// Blocks of the sections.
    package var entryCount = 0
    /// Those of them that their buckets had no room for.
    package var overflowCount = 0
  }

  private let parts: StoreParts

  /// Repairs the store that is made of `parts`, which nobody else may have open.
  package init(_ parts: StoreParts) {
    self.parts = parts
  }

  /// Empties the sections of some names, and fills them from the directories of the arenas.
  ///
  /// Until they are full their headers do not say whose they are: after a crash before that, the
  /// whole index is made anew.
  package func rebuild(_ names: [String]) throws(StoreError) -> Result {
    var sections: [IndexSection] = []
    for partition in parts.sections { sections.append(try IndexSection(partition)) }
    let layout = IndexLayout(try Index(name: parts.indexName, sections: sections).table)
    for name in names {
      guard let number = sections.firstIndex(where: { $0.header.name == name }) else {
        throw .inconsistent(
          place: "index \(quoted(parts.indexName))", reason: "has no section \(quoted(name))")
      }
      var format = IndexSectionFormat(name: name)
      format.blockSize = layout.table.blockSize
      format.hasBucketMagic = sections[number].header.bucketMagic != nil
      sections[number] = try format.apply(to: sections[number].partition, overwrites: true)
    }
    let filled = zip(sections, layout.headers(of: sections)).map {
      IndexSection($0.partition, header: $1)
    }
    let index = try Index(layout.table, sections: filled)
    let result = try fill(index, filled.filter { names.contains($0.header.name) })
    try layout.apply(to: sections, overwrites: true)
    return result
  }

  private func fill(_ index: Index, _ sections: [IndexSection]) throws(StoreError) -> Result {
    var arenas: [Arena] = []
    for partition in parts.arenas { arenas += try ArenaPartition(partition).arenas }
    let addresses = AddressMap(index.table, arenas: arenas)
    if let problem = addresses.problems.first { throw problem }
    let directories = ArenaDirectories(slots: addresses.slots(index.table))
    let passes = max(1, (try directories.clumpCount() + Self.entryLimit - 1) / Self.entryLimit)
    var result = Result()
    for buckets in sections.map(\.header.buckets) {
      for pass in 0..<passes {
        let low = buckets.lowerBound + buckets.count * pass / passes
        let high = buckets.lowerBound + buckets.count * (pass + 1) / passes
        try fill(index, low..<high, directories, &result)
      }
    }
    return result
  }

  private func fill(
    _ index: Index, _ buckets: Range<Int>, _ directories: ArenaDirectories,
    _ result: inout Result
  ) throws(StoreError) {
    var entries: [BlockKey: IndexEntry] = [:]
    try directories.visit { clump throws(StoreError) in
      guard buckets.contains(index.map.bucket(of: clump.entry.score)) else { return }
      // The first of several clumps of one block.
      let key = BlockKey(clump.entry)
      if entries[key] == nil { entries[key] = clump.entry }
    }
    result.entryCount += entries.count
    result.overflowCount += try IndexWriter(index: index).merge(entries.values.sorted()).count
  }
}
