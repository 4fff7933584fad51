internal import VentiCore

/// The identity of a block: the same bytes stored as two types are two blocks.
struct BlockKey: Hashable, Sendable {
  let score: Score
  let typeValue: UInt8

  init(score: Score, typeValue: UInt8) {
    self.score = score
    self.typeValue = typeValue
  }

  init(_ score: Score, _ type: BlockType) {
    self.init(score: score, typeValue: type.wireValue)
  }
}
