internal import Posix
package import SystemPackage
internal import VentiCore
package import VentiStore

/// Writes an arena, head to tail, to a file or a pipe: plan9port's rdarena.
package struct ArenaExport: Sendable {
  private static let pieceByteCount = 1 << 20

  private let arena: Arena

  /// Exports `arena`.
  package init(_ arena: Arena) {
    self.arena = arena
  }

  /// Writes all bytes of the arena.
  package func write(to output: FileDescriptor) throws(ToolError) {
    let end = arena.start + arena.geometry.length
    for offset in stride(from: arena.start, to: end, by: Self.pieceByteCount) {
      let count = min(Self.pieceByteCount, end - offset)
      let piece = try onStore { () throws(StoreError) in
        try arena.partition.read(count, at: offset)
      }
      do {
        try output.writeAll(piece.array)
      } catch {
        throw .file(path: "standard output", reason: "\(error)")
      }
    }
  }
}
