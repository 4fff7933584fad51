package import VentiCore
internal import VentiStore

/// The blocks that a block of an archive names.
package enum BlockLinks {
  /// A block that is named, and where.
  package struct Link: Sendable, Equatable {
    /// What is named.
    package let address: BlockAddress
    /// Offset of its score in the block that names it.
    package let offset: Int
  }

  /// The most bytes of a block in a store.
  package static let sizeLimit = ClumpInfo.maximumSize

  /// The blocks that a block names; holes are left out.
  ///
  /// - Parameter type: as the way from the root tells it, since the store does not tell pointers
  ///   to data from pointers to entries.
  package static func links(
    in block: Block, _ type: BlockType, withPrevious: Bool
  ) throws(FormatError) -> [Link] {
    switch type.number {
    case BlockType.root.number: try rootLinks(block, withPrevious: withPrevious)
    case BlockType.directory.number: try directoryLinks(block)
    case BlockType.data.number: []
    default: try pointerLinks(block, type)
    }
  }

  /// Offsets of the scores in a root.
  static let rootScoreOffset = 258
  static let previousOffset = 280

  private static func rootLinks(
    _ block: Block, withPrevious: Bool
  ) throws(FormatError) -> [Link] {
    let root = try Root(parsing: block.bytes)
    var links: [Link] = []
    if withPrevious, root.previous != .none {
      links.append(link(root.previous, .root, previousOffset))
    }
    if root.score != .zero { links.append(link(root.score, .directory, rootScoreOffset)) }
    return links
  }

  private static func directoryLinks(_ block: Block) throws(FormatError) -> [Link] {
    var links: [Link] = []
    for (number, entry) in try entries(of: block).enumerated() {
      guard let entry, entry.score != .zero else { continue }
      let offset = (number + 1) * Entry.byteCount - Score.byteCount
      links.append(link(entry.score, entry.leafType.above(entry.depth), offset))
    }
    return links
  }

  /// The entries of a directory block, nil for slots that are not in use.
  ///
  /// The zeros at the end of a block are not stored: the last entry may lack some.
  package static func entries(of block: Block) throws(FormatError) -> [Entry?] {
    var writer = ByteWriter(capacity: block.count + Entry.byteCount)
    writer.raw(block.bytes)
    let slots = (block.count + Entry.byteCount - 1) / Entry.byteCount
    writer.pad(to: slots * Entry.byteCount)
    return try writer.withBytes { bytes throws(FormatError) in
      var reader = ByteReader(bytes, of: "directory block")
      var entries: [Entry?] = []
      while reader.remaining > 0 { entries.append(try Entry.parse(&reader)) }
      return entries
    }
  }

  private static func pointerLinks(
    _ block: Block, _ type: BlockType
  ) throws(FormatError) -> [Link] {
    var reader = ByteReader(block.bytes, of: "pointer block")
    var links: [Link] = []
    while reader.remaining >= Score.byteCount {
      let offset = reader.offset
      let score = try reader.score()
      if score != .zero { links.append(link(score, type.below, offset)) }
    }
    return links
  }

  private static func link(_ score: Score, _ type: BlockType, _ offset: Int) -> Link {
    Link(address: BlockAddress(score, type, limit: sizeLimit), offset: offset)
  }
}
