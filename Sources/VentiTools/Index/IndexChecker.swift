internal import VentiCore
package import VentiStore

/// Compares index and bloom filter with the arenas: plan9port's checkindex.
///
/// Differences go to standard output, `<` for what is on disk and `>` for what should be there:
///
///     # diff actual correct
///     isect1 block 0x2c4000
///     < ce3af7760f1289d02bf6a7ad19f3214c4e5c7c2e                1057300   0     3   1
package struct IndexChecker: Sendable {
  private let output: ToolOutput

  /// Prints to `output`.
  package init(to output: ToolOutput) {
    self.output = output
  }

  /// What was found.
  package struct Finding: Sendable, Equatable {
    /// Entries that point to no clump of their block.
    package var spurious = 0
    /// Entries that are not there.
    package var missing = 0
    /// Entries that say something else than their clumps.
    package var wrong = 0
    /// Scores that the bloom filter lacks.
    package var missingFromBloom = 0

    /// Counts what was found.
    package init(
      spurious: Int = 0, missing: Int = 0, wrong: Int = 0, missingFromBloom: Int = 0
    ) {
      self.spurious = spurious
      self.missing = missing
      self.wrong = wrong
      self.missingFromBloom = missingFromBloom
    }

    /// Whether the index is right.
    package var isIndexSound: Bool { spurious + missing + wrong == 0 }
    /// Whether all is right.
    package var isSound: Bool { isIndexSound && missingFromBloom == 0 }
  }

  /// Compares the store that is made of `parts`.
  package func run(_ parts: StoreParts) throws(StoreError) -> Finding {
    output.note("checkindex: building entry list")
    output.note("constructing entry list")
    var comparison = try IndexComparison(parts)
    for arena in comparison.arenas {
      let count = try arena.tail().written.clumpCount
      if count > 0 { output.note("\tarena \(arena.name): \(count) entries") }
    }
    output.note("checkindex: checking \(comparison.clumpCount) entries")
    var finding = Finding()
    try comparison.run { difference in
      finding.missingFromBloom += difference.missingFromBloom.count
      guard difference.concernsEntries else { return }
      if finding.isIndexSound { output.print("# diff actual correct") }
      report(difference)
      finding.spurious += difference.spurious.count
      finding.missing += difference.missing.count
      finding.wrong += difference.wrong.count
    }
    summarize(finding, hasBloom: comparison.hasBloom)
    return finding
  }

  private func report(_ difference: IndexComparison.Difference) {
    output.print(
      "\(difference.section) block 0x\(String(difference.offset, radix: 16))")
    let lines =
      difference.spurious.map { ($0, "<") } + difference.missing.map { ($0, ">") }
      + difference.wrong.flatMap { [($0.found, "<"), ($0.expected, ">")] }
    for (entry, mark) in lines.sorted(by: { $0.0 < $1.0 }) { print(entry, mark) }
  }

  private func print(_ entry: IndexEntry, _ mark: String) {
    let type = BlockType(wireValue: entry.typeValue)?.number ?? entry.typeValue
    output.print(
      "\(mark) \(entry.score) \(Text.padded(entry.address, to: 22)) \(Text.padded(type, to: 3)) "
        + "\(Text.padded(entry.size, to: 5)) \(Text.padded(entry.unitCount, to: 3))")
  }

  private func summarize(_ finding: Finding, hasBloom: Bool) {
    if !finding.isIndexSound {
      output.note(
        "checkindex: \(finding.spurious) spurious entries, \(finding.missing) missing, "
          + "\(finding.wrong) wrong")
    }
    if finding.missingFromBloom > 0 {
      output.note("bloom filter: \(finding.missingFromBloom) missing scores")
    } else if hasBloom {
      output.note("bloom filter: correct")
    }
    output.note(finding.isSound ? "checkindex: index is correct" : "errors found")
  }
}
