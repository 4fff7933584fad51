internal import VentiCore
package import VentiStore

/// Lists the arenas of a partition, with what their tails count as indexed: plan9port's
/// printarenapart.
package struct ArenaPartitionPrinter: Sendable {
  private let partition: ArenaPartition
  private let output: ToolOutput

  /// Lists the arenas of `partition`.
  package init(_ partition: ArenaPartition, to output: ToolOutput) {
    self.partition = partition
    self.output = output
  }

  /// Prints the list.
  ///
  /// - Returns: whether all heads and tails could be read.
  package func run() -> Bool {
    let header = partition.header
    output.print(
      "# arena part version=3 blocksize=\(header.blockSize) arenabase=\(header.base)")
    var isSound = true
    for arena in partition.arenas {
      do throws(StoreError) {
        print(arena, try arena.tail())
        _ = try arena.head()
      } catch {
        output.note("\(error)")
        isSound = false
      }
    }
    return isSound
  }

  private func print(_ arena: Arena, _ tail: ArenaTail) {
    let statistics = tail.indexed
    output.print(
      "arena \(arena.name) \(arena.start) clumps=\(Text.grouped(statistics.clumpCount)) "
        + "cclumps=\(Text.grouped(statistics.compressedClumpCount)) "
        + "used=\(Text.grouped(statistics.usedByteCount)) "
        + "uncsize=\(Text.grouped(statistics.blockByteCount))"
        + (statistics.isSealed ? " sealed" : ""))
    output.print("\tctime=\(Text.date(tail.firstWriteTime))")
    output.print("\tmtime=\(Text.date(tail.lastWriteTime))")
  }
}
