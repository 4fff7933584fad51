package import VentiCore
package import VentiStore

/// Finds a block in the directories of a partition of arenas: plan9port's findscore.
package struct ScoreFinder: Sendable {
  private let output: ToolOutput

  /// Prints to `output`.
  package init(to output: ToolOutput) {
    self.output = output
  }

  /// Prints where blocks of a score are.
  ///
  /// - Returns: whether all directories could be read.
  package func run(_ score: Score, in partition: ArenaPartition) -> Bool {
    var count = 0
    var isSound = true
    for arena in partition.arenas {
      do throws(StoreError) {
        let isWhole = try arena.forEachCounted(noting: output) { clump in
          guard clump.info.score == score else { return }
          count += 1
          report(clump)
        }
        isSound = isSound && isWhole
      } catch {
        output.note("\(error)")
        isSound = false
      }
    }
    output.print("found \(count) occurrences of \(score)")
    return isSound
  }

  private func report(_ clump: Clump) {
    let info = clump.info
    output.note(
      "found at clump=\(clump.position.number) with type=\(info.type?.number ?? info.typeValue) "
        + "size=\(info.size) csize=\(info.storedSize) position=\(clump.position.offset)")
  }
}
