internal import VentiCore
package import VentiStore

/// Counts the blocks of a store by size and type: plan9port's clumpstats.
///
///     clumps = 3026
///     12	1	1	0	0	…
///
/// A line a size, between tabs: the size, the blocks, and how many of them have each type from 0
/// to 16. Pointers count as those of directories, since the store does not tell them apart.
package struct ClumpStatistics: Sendable {
  private let output: ToolOutput
  private var clumpCount = 0
  private var counts: [Int: [Int]] = [:]
  private var isSound = true

  /// Prints to `output`.
  package init(to output: ToolOutput) {
    self.output = output
  }

  /// Counts the clumps of arenas and prints the numbers.
  ///
  /// - Returns: whether all clumps were good.
  package mutating func run(_ arenas: [Arena]) throws(StoreError) -> Bool {
    for arena in arenas {
      let isWhole = try arena.forEachCounted(noting: output) { add($0) }
      isSound = isSound && isWhole
    }
    output.print("clumps = \(clumpCount)")
    for (size, counts) in counts.sorted(by: { $0.key < $1.key }) {
      let fields = [size, counts.reduce(0, +)] + counts
      output.print(fields.map(String.init).joined(separator: "\t"))
    }
    return isSound
  }

  private mutating func add(_ clump: Clump) {
    guard let type = clump.info.type else {
      output.note(
        "bad clump: \(clump.position.number): type = \(clump.info.typeValue): "
          + "size = \(clump.info.size)")
      isSound = false
      return
    }
    clumpCount += 1
    let none = [Int](repeating: 0, count: BlockType.all.count)
    counts[clump.info.size, default: none][Int(type.number)] += 1
  }
}
