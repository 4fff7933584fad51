internal import VentiCore
package import VentiStore

/// Makes index and bloom filter anew from the directories of the arenas: plan9port's buildindex.
///
/// All is said on standard error.
package struct IndexBuilder: Sendable {
  /// What is made anew.
  package enum Scope: Sendable, Equatable {
    /// All sections, and the bloom filter.
    case all
    /// Some sections, and perhaps the filter.
    case sections([String], bloom: Bool)
  }

  private let output: ToolOutput

  /// Tells what it does to `output`.
  package init(to output: ToolOutput) {
    self.output = output
  }

  /// Builds.
  ///
  /// - Parameter parts: those of a store that nobody else has open.
  /// - Throws: `StoreError.inconsistent` when the index has no room for all blocks.
  package func run(
    _ parts: StoreParts, _ scope: Scope, progress: StoreRepair.Progress? = nil
  ) throws(StoreError) {
    let summary = try describe(parts)
    let repair = StoreRepair(parts, progress: progress)
    var indexed = 0
    switch scope {
    case .all:
      try repair.rebuildIndex()
      indexed = summary.entries
      if parts.bloom != nil { try repair.rebuildBloom() }
    case .sections(let names, let bloom):
      if !names.isEmpty { indexed = try SectionRepair(parts).rebuild(names) }
      if bloom { try repair.rebuildBloom() }
    }
    output.note(
      "\(Text.stamp) done arenaentries=\(Text.grouped(summary.clumps)) "
        + "indexed=\(Text.grouped(indexed)) "
        + "(nskip=\(summary.clumps - summary.entries))")
  }

  /// Says what there is; returns the clumps, and those of them that are not marked as damaged.
  private func describe(
    _ parts: StoreParts
  ) throws(StoreError) -> (clumps: Int, entries: Int) {
    let arenas = try parts.openArenas().flatMap(\.arenas)
    var clumps = 0
    var marked = 0
    var lines: [String] = []
    for arena in arenas {
      let count = try arena.tail().written.clumpCount
      guard count > 0 else { continue }
      clumps += count
      lines.append("\(Text.stamp) arena \(arena.name): \(count) entries")
      for case .success(let clump) in try arena.clumps()
      where clump.info.type == nil && clump.position.number < count { marked += 1 }
    }
    let stops = parts.sections.compactMap { try? IndexSection($0).header.buckets.upperBound }
    output.note("\(Text.grouped(clumps)) clumps, \(Text.grouped(stops.max() ?? 0)) buckets")
    output.note("\(Text.stamp) read index")
    lines.forEach(output.note)
    return (clumps, clumps - marked)
  }
}
