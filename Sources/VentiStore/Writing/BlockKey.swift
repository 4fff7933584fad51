package import VentiCore

/// The identity of a block: the same bytes stored as two types are two blocks.
package struct BlockKey: Hashable, Sendable {
  package let score: Score
  package let typeValue: UInt8

  package init(score: Score, typeValue: UInt8) {
    self.score = score
    self.typeValue = typeValue
  }

  package init(_ score: Score, _ type: BlockType) {
    self.init(score: score, typeValue: type.wireValue)
  }
}
