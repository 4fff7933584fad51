/// A stream of bytes, stored as a tree of blocks.
///
/// Leaves of `leafSize` bytes hang under pointer blocks of scores, `depth` levels of them. The
/// zero score stands for zeros: holes cost nothing, at any height. Trailing zeros of a block
/// are not stored, and are put back here.
///
/// Source: venti(7), section "Files".
public struct HashTree: Sendable {
  /// The shape of the tree.
  public let entry: Entry

  private let source: any BlockSource

  /// The tree that `entry` describes, its blocks read from `source`.
  ///
  /// - Throws: when the tree is too shallow for its size.
  public init(_ entry: Entry, in source: any BlockSource) throws(FormatError) {
    guard entry.depth >= entry.neededDepth else {
      throw .invalid(
        subject: "entry", offset: 8, found: "depth \(entry.depth)",
        expected: "\(entry.neededDepth) or more for \(entry.size) bytes")
    }
    self.entry = entry
    self.source = source
  }

  /// A piece of a stream.
  public enum Slice: Sendable, Equatable {
    /// Stored bytes.
    case bytes(Block)
    /// So many zeros that are stored nowhere.
    case zeros(Int)

    /// Bytes in the piece.
    public var count: Int {
      switch self {
      case .bytes(let block): block.count
      case .zeros(let count): count
      }
    }
  }

  /// Reads the part of `range` that is within the stream, as pieces of its blocks: no byte is
  /// copied.
  ///
  /// Leaves that are not at hand are asked for together, not one after the other.
  public func slices(in range: Range<Int>) throws(BlockError) -> [Slice] {
    var reading = reading
    return try reading.slices(in: range)
  }

  /// Reads the part of `range` that is within the stream into an array.
  public func bytes(in range: Range<Int>) throws(BlockError) -> [UInt8] {
    var bytes: [UInt8] = []
    for slice in try slices(in: range) {
      switch slice {
      case .bytes(let block): bytes.append(contentsOf: block.array)
      case .zeros(let count): bytes.append(contentsOf: repeatElement(0, count: count))
      }
    }
    return bytes
  }

  /// Reads leaf `number` as it is stored: a whole leaf may have lost its trailing zeros.
  public func leaf(_ number: Int) throws(BlockError) -> Block {
    var path = PointerPath(entry, in: source)
    guard case .leaf(let score) = try path.find(number) else { return .empty }
    return try source.read(leafAddress(score))
  }

  /// Asks for the leaves of `range` ahead of their use.
  ///
  /// Waits for pointer blocks, which tell what the leaves are; not for leaves.
  public func prefetch(_ range: Range<Int>) throws(BlockError) {
    var reading = reading
    try reading.prefetch(range)
  }

  /// The first byte at or after `offset` that is in a stored leaf; nil when only holes follow.
  public func firstData(from offset: Int) throws(BlockError) -> Int? {
    var reading = reading
    return try reading.firstData(from: offset)
  }

  /// The first byte at or after `offset` that is in a hole, or the end of the stream.
  ///
  /// In a stream without holes this looks at every pointer block, so they are asked for ahead.
  public func firstHole(from offset: Int) throws(BlockError) -> Int {
    var path = PointerPath(entry, in: source)
    var number = offset / entry.leafSize
    while number < leafCount {
      if case .hole = try path.find(number) { return max(offset, number * entry.leafSize) }
      number += 1
      if number.isMultiple(of: entry.pointersPerBlock) { path.prefetchNeighbours() }
    }
    return entry.size
  }

  /// The scores of the leaves that `range` touches, the zero score for a hole.
  ///
  /// Reads pointer blocks only.
  public func leafScores(in range: Range<Int>) throws(BlockError) -> [Score] {
    var reading = reading
    return try reading.leafScores(in: range)
  }

  /// A reading that has read nothing yet.
  public var reading: Reading { Reading(self, in: source) }

  fileprivate var leafCount: Int {
    entry.size / entry.leafSize + (entry.size % entry.leafSize == 0 ? 0 : 1)
  }

  fileprivate func leafAddress(_ score: Score) -> BlockAddress {
    BlockAddress(score, entry.leafType, limit: entry.leafSize)
  }
}

extension HashTree {
  /// A reading of a stream, from the front to the back: each pointer block on the way is read once.
  public struct Reading: Sendable {
    private let tree: HashTree
    private let source: any BlockSource
    private var path: PointerPath

    fileprivate init(_ tree: HashTree, in source: any BlockSource) {
      self.tree = tree
      self.source = source
      path = PointerPath(tree.entry, in: source)
    }

    private var entry: Entry { tree.entry }

    /// The first byte at or after `offset` that is in a stored leaf; nil when only holes follow.
    public mutating func firstData(from offset: Int) throws(BlockError) -> Int? {
      var number = offset / entry.leafSize
      while number < tree.leafCount {
        switch try path.find(number) {
        case .leaf: return max(offset, number * entry.leafSize)
        case .hole(let next): number = next
        }
      }
      return nil
    }

    /// Reads the part of `range` that is within the stream, as pieces of its blocks: no byte is
    /// copied.
    ///
    /// Leaves that are not at hand are asked for together, not one after the other.
    public mutating func slices(in range: Range<Int>) throws(BlockError) -> [Slice] {
      let range = range.clamped(to: 0..<entry.size)
      guard !range.isEmpty else { return [] }
      let leaves = try leafScores(in: range)
      if leaves.count > 1 { prefetch(leaves) }
      var slices: [Slice] = []
      slices.reserveCapacity(leaves.count)
      for (position, score) in leaves.enumerated() {
        let start = (range.lowerBound / entry.leafSize + position) * entry.leafSize
        let part = range.clamped(to: start..<start + entry.leafSize)
        let inLeaf = part.lowerBound - start..<part.upperBound - start
        let leaf = score == .zero ? .empty : try source.read(tree.leafAddress(score))
        slices.appendPart(inLeaf, of: leaf)
      }
      return slices
    }

    /// Asks for the leaves of `range` ahead of their use.
    ///
    /// Waits for pointer blocks, which tell what the leaves are; not for leaves.
    public mutating func prefetch(_ range: Range<Int>) throws(BlockError) {
      prefetch(try leafScores(in: range))
    }

    private func prefetch(_ leaves: [Score]) {
      let stored = leaves.filter { $0 != .zero }
      if !stored.isEmpty { source.prefetch(stored.map(tree.leafAddress)) }
    }

    /// The scores of the leaves that `range` touches, the zero score for a hole.
    ///
    /// Reads pointer blocks only.
    public mutating func leafScores(in range: Range<Int>) throws(BlockError) -> [Score] {
      let range = range.clamped(to: 0..<entry.size)
      guard !range.isEmpty else { return [] }
      var scores: [Score] = []
      let last = (range.upperBound - 1) / entry.leafSize
      for number in range.lowerBound / entry.leafSize...last {
        switch try path.find(number) {
        case .leaf(let score): scores.append(score)
        case .hole: scores.append(.zero)
        }
      }
      return scores
    }
  }
}

extension [HashTree.Slice] {
  /// Appends bytes `range` of a leaf whose trailing zeros are not stored.
  fileprivate mutating func appendPart(_ range: Range<Int>, of leaf: Block) {
    let stored = range.clamped(to: 0..<leaf.count)
    if !stored.isEmpty { append(.bytes(leaf[stored])) }
    let zeros = range.count - stored.count
    guard zeros > 0 else { return }
    if case .zeros(let before) = last {
      self[count - 1] = .zeros(before + zeros)
    } else {
      append(.zeros(zeros))
    }
  }
}
