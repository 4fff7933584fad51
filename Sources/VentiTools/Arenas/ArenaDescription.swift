internal import VentiCore
package import VentiStore

/// What several tools say of an arena, and of a partition of arenas, on standard error.
///
/// The range after the name is that of plan9port's, whose start is the first clump's: scripts
/// take one block from it to find the arena.
package enum ArenaDescription {
  /// The lines about an arena.
  package static func lines(of arena: Arena, _ tail: ArenaTail) -> [String] {
    lines(
      of: tail, named: arena.name, at: arena.start + arena.geometry.dataOffset,
      count: arena.geometry.length)
  }

  /// The lines about an arena whose data begins at `start`.
  static func lines(
    of tail: ArenaTail, named name: String, at start: Int, count: Int
  ) -> [String] {
    let statistics = tail.written
    let headers = statistics.clumpCount * ClumpHeader.byteCount
    var lines = ["arena='\(name)' [\(start),\(start + count))"]
    lines.append(
      "\tversion=\(tail.version.rawValue) created=\(tail.firstWriteTime) "
        + "modified=\(tail.lastWriteTime)" + (statistics.isSealed ? " sealed" : ""))
    if tail.seal != .none { lines.append("\tscore=\(tail.seal)") }
    lines.append(
      "\tclumps=\(Text.grouped(statistics.clumpCount)) "
        + "compressed clumps=\(Text.grouped(statistics.compressedClumpCount)) "
        + "data=\(Text.grouped(statistics.blockByteCount)) "
        + "compressed data=\(Text.grouped(statistics.usedByteCount - headers)) "
        + "disk storage=\(Text.grouped(statistics.storageByteCount))")
    return lines
  }

  /// The lines about a partition of arenas.
  package static func lines(of partition: ArenaPartition) -> [String] {
    let header = partition.header
    return [
      "arena partition=\(partition.partition.name)",
      "\tversion=3 blocksize=\(header.blockSize) arenas=\(partition.arenas.count)",
      "\tsetbase=\(header.tableOffset) setsize=\(header.base - header.tableOffset)",
    ]
      + partition.arenas.map { arena in
        "\tarena=\(arena.name) at [\(arena.start),\(arena.start + arena.geometry.length))"
      }
  }
}

extension ArenaStatistics {
  /// Bytes that the clumps and their directory entries take.
  var storageByteCount: Int { usedByteCount + clumpCount * ClumpInfo.byteCount }
}

extension Arena {
  /// The tail; nil, and a line that says why, when it cannot be used.
  func tail(noting output: ToolOutput) -> ArenaTail? {
    do throws(StoreError) {
      return try tail()
    } catch {
      output.note("\(error)")
      return nil
    }
  }
}

extension ArenaPartition {
  /// The arena of a name.
  package func arena(_ name: String) throws(ToolError) -> Arena {
    guard let arena = arenas.first(where: { $0.name == name }) else {
      throw .noArena(name, partition: partition.name)
    }
    return arena
  }
}
