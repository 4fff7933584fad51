internal import VentiCore

/// Makes some sections of an index anew, where the others are in order.
package struct SectionRepair: Sendable {
  private let parts: StoreParts

  /// Repairs the store that is made of `parts`, which nobody else may have open.
  package init(_ parts: StoreParts) {
    self.parts = parts
  }

  /// Empties the sections of some names, and fills them from the directories of the arenas.
  ///
  /// They are emptied once it is certain that they have room. Until they are full their headers do
  /// not say whose they are: after a crash before that, the whole index is made anew.
  ///
  /// - Returns: what was found in the directories.
  package func rebuild(_ names: [String]) throws(StoreError) -> RebuildCount {
    var sections = try parts.openSections()
    let layout = IndexLayout(try Index(name: parts.indexName, sections: sections).table)
    for name in names {
      guard let number = sections.firstIndex(where: { $0.header.name == name }) else {
        throw .inconsistent(
          place: "index \(quoted(parts.indexName))", reason: "has no section \(quoted(name))")
      }
      var format = IndexSectionFormat(name: name)
      format.blockSize = layout.table.blockSize
      format.hasBucketMagic = sections[number].header.bucketMagic != nil
      let partition = sections[number].partition
      sections[number] = IndexSection(partition, header: try format.header(for: partition))
    }
    let filled = zip(sections, layout.headers(of: sections)).map {
      IndexSection($0.partition, header: $1)
    }
    let index = try Index(layout.table, sections: filled)
    let buckets = filled.filter { names.contains($0.header.name) }.map(\.header.buckets)
    let rebuilder = try rebuilder(index)
    for range in buckets { try rebuilder.checkRoom(index, range) }
    for section in sections where names.contains(section.header.name) { try section.format() }
    let count = try rebuilder.fill(index, buckets)
    try layout.apply(to: sections, overwrites: true)
    return count
  }

  private func rebuilder(_ index: Index) throws(StoreError) -> IndexRebuilder {
    let addresses = AddressMap(index.table, arenas: try parts.openArenas().flatMap(\.arenas))
    return IndexRebuilder(
      directories: try ArenaDirectories(addresses),
      memoryByteCount: parts.indexMemoryByteCount, progress: nil)
  }
}
