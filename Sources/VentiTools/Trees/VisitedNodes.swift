internal import VentiCore

/// A block on the way through an archive: unlike `BlockAddress` it tells pointers to data from
/// pointers to entries, since what they name differs.
struct TreeNode: Hashable, Sendable {
  let score: Score
  let typeNumber: UInt8

  init(_ address: BlockAddress) {
    score = address.score
    typeNumber = address.type.number
  }
}

/// The blocks that a walk has seen.
///
/// All that name others are remembered. Leaves are some four hundred times as many: up to
/// `leafLimit`, which bounds memory; a leaf that occurs again beyond that is taken for a new one.
struct VisitedNodes: Sendable {
  static let leafLimit = 8 << 20

  private var nodes: Set<TreeNode> = []
  private var leafCount = 0

  /// Whether a block was seen before.
  func contains(_ address: BlockAddress) -> Bool { nodes.contains(TreeNode(address)) }

  /// Notes that a block was seen.
  ///
  /// - Returns: whether it is new, as far as is known.
  @discardableResult
  mutating func insert(_ address: BlockAddress) -> Bool {
    guard address.type == .data else { return nodes.insert(TreeNode(address)).inserted }
    guard leafCount < Self.leafLimit else { return !contains(address) }
    let isNew = nodes.insert(TreeNode(address)).inserted
    leafCount += isNew ? 1 : 0
    return isNew
  }
}
