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
