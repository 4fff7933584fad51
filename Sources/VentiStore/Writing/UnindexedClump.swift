package import VentiCore

/// A clump that the index does not have yet: 40 bytes, as there are many.
package struct UnindexedClump: Sendable {
  /// Score of its block.
  package let score: Score
  private let arenaNumber: UInt32
  /// Address of the clump in the index's address space.
  package let address: UInt64
  private let size: UInt16
  private let storedSize: UInt16
  /// Type of its block, as a number on disk.
  package let typeValue: UInt8
  /// Whether its data is right: otherwise nobody shall find it.
  package let isSound: Bool

  /// - Parameter arena: the number of the arena.
  package init(_ info: ClumpInfo, arena: Int, address: UInt64, isSound: Bool = true) {
    (score, typeValue) = (info.score, info.typeValue)
    // No more than 57 344 either.
    (size, storedSize) = (UInt16(clamping: info.size), UInt16(clamping: info.storedSize))
    arenaNumber = UInt32(clamping: arena)
    self.address = address
    self.isSound = isSound
  }

  /// The number of the arena.
  package var arena: Int { Int(arenaNumber) }

  /// What the directory of the arena says of it.
  package var info: ClumpInfo {
    ClumpInfo(
      typeValue: typeValue, storedSize: Int(storedSize), size: Int(size), score: score)
  }

  /// What the index is to say.
  package var entry: IndexEntry { IndexEntry(of: info, address: address) }

  /// Whether it holds a block.
  package func holds(_ key: BlockKey) -> Bool {
    score == key.score && typeValue == key.typeValue
  }
}
