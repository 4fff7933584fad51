internal import VentiCore

/// A clump on its way to an arena.
struct Piece: Sendable {
  /// The number of the arena.
  let arena: Int
  /// The clump's place in it.
  let position: ClumpPosition
  /// What the directory is to say.
  let info: ClumpInfo
  /// The header and the bytes after it; nil when only the directory lacks the clump.
  let content: Content?

  struct Content: Sendable {
    let header: ClumpHeader
    let stored: Block
  }
}

/// Where a block is that the index does not have yet: 16 bytes, as there are many.
struct PendingPlace: Sendable {
  /// Address of the clump.
  let address: UInt64
  private let size: UInt16
  private let unitCount: UInt8

  init(_ entry: IndexEntry) {
    address = entry.address
    size = UInt16(clamping: entry.size)
    unitCount = entry.unitCount
  }

  /// What the index is to say of the block.
  func entry(of key: BlockKey) -> IndexEntry {
    IndexEntry(
      score: key.score, typeValue: key.typeValue, address: address, size: Int(size),
      unitCount: unitCount)
  }
}

/// A clump that the index does not have yet.
struct UnindexedClump: Sendable {
  /// The number of the arena.
  let arena: Int
  /// What the index is to say; nil for a damaged clump, which nobody shall find.
  let entry: IndexEntry?
  /// What the arena holds up to and with this clump.
  let statistics: ArenaStatistics
}

/// What the engine knows of an arena.
struct ArenaState: Sendable {
  /// The tail as it will be written next.
  var tail: ArenaTail
  /// Whether the tail on disk says something else.
  var isTailDirty = false
  /// Whether clumps or directory entries were written since the partition was last synced.
  var isDataDirty = false
  /// Whether a full bucket keeps clumps of this arena out of the index.
  var isStuck = false
  /// What is in the index, or kept out of it by a full bucket.
  var passed: ArenaStatistics

  init(tail: ArenaTail) {
    self.tail = tail
    passed = tail.indexed
  }
}
