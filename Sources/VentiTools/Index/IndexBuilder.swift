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
    let clumps = try describe(parts)
    let repair = StoreRepair(parts, progress: progress)
    var indexed = 0
    // Clumps that are not marked as damaged, unless nobody looked.
    var sound: Int?
    switch scope {
    case .all:
      indexed = try repair.rebuildIndex()
      sound = indexed
      try repair.rebuildBloom()
    case .sections(let names, let bloom):
      if !names.isEmpty {
        let count = try SectionRepair(parts).rebuild(names)
        (indexed, sound) = (count.blocks, count.clumps)
      }
      // A store may have no filter; what the sections counted is right all the same.
      if bloom, let count = try repair.rebuildBloom() { sound = count }
    }
    output.note(
      "\(Text.stamp) done arenaentries=\(Text.grouped(clumps)) "
        + "indexed=\(Text.grouped(indexed)) "
        + "(nskip=\(sound.map { max(0, clumps - $0) } ?? 0))")
  }

  /// Says what there is, as far as the tails know; returns how many clumps.
  private func describe(_ parts: StoreParts) throws(StoreError) -> Int {
    let arenas = try parts.openArenas().flatMap(\.arenas)
    var clumps = 0
    var lines: [String] = []
    for arena in arenas {
      let count = try arena.tail().written.clumpCount
      guard count > 0 else { continue }
      clumps += count
      lines.append("\(Text.stamp) arena \(arena.name): \(count) entries")
    }
    let stops = parts.sections.compactMap { try? IndexSection($0).header.buckets.upperBound }
    output.note("\(Text.grouped(clumps)) clumps, \(Text.grouped(stops.max() ?? 0)) buckets")
    output.note("\(Text.stamp) read index")
    lines.forEach(output.note)
    return clumps
  }
}
