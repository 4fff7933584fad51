package import VentiCore

/// The block that a score on a command line names, when its type is not told.
package enum TopBlock {
  /// Finds the type of a block: that of a root first, then of a directory, then all others.
  ///
  /// - Throws: `BlockError.notFound` when the store has the block as no type.
  package static func find(
    _ score: Score, in source: any BlockSource
  ) throws(BlockError) -> BlockAddress {
    for type in [.root, .directory] + BlockType.all {
      let address = BlockAddress(score, type, limit: BlockLinks.sizeLimit)
      do throws(BlockError) {
        _ = try source.read(address)
        return address
      } catch {
        guard case .notFound = error else { throw error }
      }
    }
    throw .notFound(score, .root)
  }
}
