internal import VentiCore
package import VentiStore

/// Lays out an index over sections and arenas: plan9port's fmtindex.
///
/// What was made is said on standard error.
///
/// The addresses of clumps follow from the layout. So one that would move arenas that the index
/// knows is refused, unless overwriting is asked for: then the index must be built anew.
package struct IndexFormatter: Sendable {
  /// Whether to add arenas to the layout that is there.
  package var adds = false
  /// Whether to lay the index out anew whatever it holds.
  package var overwrites = false
  private let output: ToolOutput

  /// Tells what it does to `output`.
  package init(to output: ToolOutput) {
    self.output = output
  }

  /// Lays out the index of the store that is made of `parts`.
  package func run(_ parts: StoreParts) throws(StoreError) {
    let sections = try parts.openSections()
    let arenas = try parts.openArenas().flatMap(\.arenas)
    let old = try? Index(name: parts.indexName, sections: sections).table
    let layout = try layout(parts.indexName, sections, arenas, old)
    try layout.apply(to: sections, overwrites: overwrites)
    let table = layout.table
    let size = table.arenas.reduce(0) { $0 + $1.range.count }
    output.note(
      "fmtindex: \(Text.grouped(table.arenas.count)) arenas, "
        + "\(Text.grouped(table.sections.last?.range.upperBound ?? 0)) index buckets, "
        + "\(Text.grouped(size)) bytes storage")
  }

  private func layout(
    _ name: String, _ sections: [IndexSection], _ arenas: [Arena], _ old: IndexTable?
  ) throws(StoreError) -> IndexLayout {
    guard !adds else {
      guard let old else {
        throw .inconsistent(place: "index \(quoted(name))", reason: "has no layout to add to")
      }
      return try IndexLayout(adding: arenas, to: old)
    }
    let new = try IndexLayout(name: name, sections: sections, arenas: arenas)
    if let old, !overwrites, !new.table.arenas.starts(with: old.arenas) {
      throw .occupied(
        partition: sections.first?.partition.name ?? name,
        by: "index \(quoted(name)) with \(old.arenas.count) arenas at other addresses; "
          + "with --force it is laid out anew, and has to be built with buildindex")
    }
    return new
  }
}
