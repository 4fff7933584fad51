internal import VentiCore

/// The entries of an arena's directory as they are on disk, whatever the clumps say.
///
/// Keeps the disk block that was read last: cheap to ask in order.
package struct DirectoryEntries: Sendable {
  private let arena: Arena
  private var blockNumber = -1
  /// Nil when it cannot be read.
  private var block: Block?

  /// Reads the directory of `arena`.
  package init(_ arena: Arena) {
    self.arena = arena
  }

  /// The entry of a clump; nil when it was never written, or cannot be read.
  package mutating func entry(_ number: Int) -> ClumpInfo? {
    let perBlock = arena.geometry.entriesPerDirectoryBlock
    if blockNumber != number / perBlock {
      blockNumber = number / perBlock
      block = try? arena.directoryBlock(blockNumber)
    }
    guard let block else { return nil }
    let start = number % perBlock * ClumpInfo.byteCount
    return try? ClumpInfo(parsing: block.bytes.extracting(start..<start + ClumpInfo.byteCount))
  }
}
