internal import VentiCore

/// Reads the stored leaves of a stream from first to last, and asks for them ahead.
///
/// Holes are passed over. A block that cannot be read costs the leaves that only it leads to.
struct StreamScan {
  enum Piece {
    /// A stored leaf; its bytes are empty when only scores are asked for.
    case leaf(number: Int, Score, Block)
    case lost(leaves: Range<Int>, Score, BlockError)

    /// The leaves that it is about.
    var leaves: Range<Int> {
      switch self {
      case .leaf(let number, _, _): number..<number + 1
      case .lost(let leaves, _, _): leaves
      }
    }
  }

  /// A pointer block on the way down.
  private struct Step {
    let block: Block
    let height: Int
    let firstLeaf: Int
    /// Leaves under one pointer.
    let span: Int
    var position = 0
    /// Pointers that have been asked for ahead.
    var prefetched = 0
  }

  private static let prefetchByteCount = 4 << 20

  private let entry: Entry
  private let source: any BlockSource
  private let blockLimit: Int
  private let readsLeaves: Bool
  private let leafCount: Int
  private var path: [Step] = []
  private var hasBegun = false
  private var blockCount = 0
  /// Pointer blocks that were read, when only scores are asked for.
  private(set) var pointerBlocks: Set<Score> = []

  /// - Parameters:
  ///   - blockLimit: blocks that are read before the tree is taken for a made-up one,
  ///     which names the same blocks again and again.
  ///   - readsLeaves: whether to read the leaves, not only find their scores.
  init(
    _ entry: Entry, in source: any BlockSource, blockLimit: Int = Directory.blockLimit,
    readsLeaves: Bool = true
  ) throws(ArchiveError) {
    if case .failure(let error) = Result(catching: { () throws(FormatError) in
      try HashTree(entry, in: source)
    }) {
      throw .format(error, block: entry.score)
    }
    self.entry = entry
    self.source = source
    self.blockLimit = blockLimit
    self.readsLeaves = readsLeaves
    leafCount = (entry.size + entry.leafSize - 1) / entry.leafSize
  }

  /// The block at the top: what to ask for first.
  var top: BlockAddress? {
    leafCount > 0 && entry.score != .zero ? address(entry.score, height: entry.depth) : nil
  }

  /// The next leaf, or leaves that are lost; nil at the end.
  ///
  /// - Throws: errors that are not of one block: nothing can be said of the rest then.
  mutating func next() throws(ArchiveError) -> Piece? {
    if !hasBegun {
      hasBegun = true
      guard let top else { return nil }
      if let piece = try visit(top.score, height: entry.depth, firstLeaf: 0, span: leafCount) {
        return piece
      }
    }
    while let step = path.last {
      let number = step.position
      let firstLeaf = step.firstLeaf + number * step.span
      guard number * Score.byteCount < step.block.count, firstLeaf < leafCount else {
        path.removeLast()
        continue
      }
      prefetchAhead()
      path[path.count - 1].position += 1
      if let piece = try descend(step, to: number, firstLeaf: firstLeaf) { return piece }
    }
    return nil
  }

  private mutating func descend(
    _ step: Step, to number: Int, firstLeaf: Int
  ) throws(ArchiveError) -> Piece? {
    let score: Score
    do throws(FormatError) {
      score = try Self.pointer(number, in: step.block)
    } catch {
      let type = entry.leafType.above(step.height)
      return lost(
        firstLeaf, step.span, step.block.score,
        .damaged(step.block.score, type, reason: "\(error)"))
    }
    guard score != .zero else { return nil }
    return try visit(score, height: step.height - 1, firstLeaf: firstLeaf, span: step.span)
  }

  /// Reads a block: a leaf is returned, a pointer block becomes the next step.
  private mutating func visit(
    _ score: Score, height: Int, firstLeaf: Int, span: Int
  ) throws(ArchiveError) -> Piece? {
    blockCount += 1
    guard blockCount <= blockLimit else {
      throw .tooLarge(subject: "directory", size: blockCount, limit: blockLimit)
    }
    if height == 0, !readsLeaves { return .leaf(number: firstLeaf, score, .empty) }
    let block: Block
    do throws(BlockError) {
      block = try source.read(address(score, height: height))
    } catch {
      guard error.isOfOneBlock else { throw .block(error) }
      return lost(firstLeaf, span, score, error)
    }
    guard height > 0 else { return .leaf(number: firstLeaf, score, block) }
    if !readsLeaves { pointerBlocks.insert(score) }
    path.append(
      Step(block: block, height: height, firstLeaf: firstLeaf, span: leaves(underPointerAt: height))
    )
    return nil
  }

  /// Leaves under one pointer of a block at `height`; no more than the stream has.
  private func leaves(underPointerAt height: Int) -> Int {
    var span = 1
    // Both factors are far below 2^31 as long as the product is bounded at every step.
    for _ in 1..<height { span = min(span * entry.pointersPerBlock, leafCount) }
    return span
  }

  private func lost(_ first: Int, _ span: Int, _ score: Score, _ error: BlockError) -> Piece {
    .lost(leaves: first..<min(first + span, leafCount), score, error)
  }

  private func address(_ score: Score, height: Int) -> BlockAddress {
    BlockAddress(
      score, entry.leafType.above(height),
      limit: height == 0 ? entry.leafSize : entry.pointerSize)
  }

  private static func pointer(_ number: Int, in block: Block) throws(FormatError) -> Score {
    var reader = ByteReader(block.bytes, of: "pointer block")
    try reader.skip(number * Score.byteCount)
    return try reader.score()
  }

  /// Keeps what the last step will read next on its way.
  private mutating func prefetchAhead() {
    guard let step = path.last, step.height > 1 || readsLeaves else { return }
    let blockSize = step.height == 1 ? entry.leafSize : entry.pointerSize
    let window = max(2, Self.prefetchByteCount / blockSize)
    guard step.position + window / 2 >= step.prefetched else { return }
    let children = step.block.count / Score.byteCount
    let leafEnd = (leafCount - step.firstLeaf + step.span - 1) / step.span
    let end = min(step.prefetched + window, children, leafEnd)
    guard end > step.prefetched, end - step.prefetched > 1 || step.prefetched > 0 else { return }
    var addresses: [BlockAddress] = []
    for number in step.prefetched..<end {
      guard let score = try? Self.pointer(number, in: step.block), score != .zero else { continue }
      addresses.append(address(score, height: step.height - 1))
    }
    path[path.count - 1].prefetched = end
    source.prefetch(addresses)
  }
}
