/// The pointer blocks on the way from a tree's top to one leaf.
///
/// Kept from leaf to leaf, so that a walk over neighbours reads each pointer block once.
struct PointerPath: Sendable {
  /// What is at a leaf's place.
  enum Finding: Equatable {
    /// A stored leaf.
    case leaf(Score)
    /// Zeros, up to leaf `next`.
    case hole(next: Int)
  }

  private struct Step: Sendable {
    /// The block's place among the blocks of its height.
    var number: Int
    var block: Block
  }

  private let entry: Entry
  private let source: any BlockSource
  /// By height, from 1; nil where nothing has been read yet.
  private var steps: [Step?]
  /// The block of height 2 of which all is asked for.
  private var asked: Int?

  /// The path to no leaf yet.
  init(_ entry: Entry, in source: any BlockSource) {
    self.entry = entry
    self.source = source
    steps = Array(repeating: nil, count: entry.depth + 1)
  }

  /// Finds leaf `number`.
  ///
  /// - Precondition: `number` is not negative.
  mutating func find(_ number: Int) throws(BlockError) -> Finding {
    let numbers = numbersByHeight(of: number)
    guard numbers[entry.depth] == 0 else {
      throw .damaged(
        entry.score, entry.leafType.above(entry.depth), reason: "leaf \(number) is outside the tree"
      )
    }
    var (height, score) = try start(numbers)
    while height > 0, score != .zero {
      let block = try source.read(
        BlockAddress(score, entry.leafType.above(height), limit: entry.pointerSize))
      steps[height] = Step(number: numbers[height], block: block)
      score = try child(numbers[height - 1], of: block, at: height)
      height -= 1
    }
    return score == .zero ? .hole(next: end(ofHole: numbers[height], height)) : .leaf(score)
  }

  /// Asks for the pointer blocks beside the lowest one of the path, ahead of their use.
  mutating func prefetchNeighbours() {
    guard steps.count > 2, let step = steps[2], asked != step.number else { return }
    asked = step.number
    let neighbours = (0..<entry.pointersPerBlock).compactMap { number -> BlockAddress? in
      guard let score = try? child(number, of: step.block, at: 2), score != .zero
      else { return nil }
      return BlockAddress(score, entry.leafType.above(1), limit: entry.pointerSize)
    }
    source.prefetch(neighbours)
  }

  /// The places, among the blocks of their height, of the blocks above a leaf.
  private func numbersByHeight(of leaf: Int) -> InlineArray<8, Int> {
    var numbers = InlineArray<8, Int>(repeating: 0)
    numbers[0] = leaf
    for height in 0..<entry.depth {
      numbers[height + 1] = numbers[height] / entry.pointersPerBlock
    }
    return numbers
  }

  /// The lowest block that is known already, or else the top one: its height and score.
  private func start(_ numbers: InlineArray<8, Int>) throws(BlockError) -> (Int, Score) {
    for height in 1..<steps.count {
      guard let step = steps[height], step.number == numbers[height] else { continue }
      return (height - 1, try child(numbers[height - 1], of: step.block, at: height))
    }
    return (entry.depth, entry.score)
  }

  /// The score of block `number`, one level below `block`.
  private func child(_ number: Int, of block: Block, at height: Int) throws(BlockError) -> Score {
    let start = number % entry.pointersPerBlock * Score.byteCount
    // Trailing zero scores are not stored.
    guard start < block.count else { return .zero }
    do throws(FormatError) {
      var reader = ByteReader(block.bytes, of: "pointer block")
      try reader.skip(start)
      return try reader.score()
    } catch {
      throw .damaged(block.score, entry.leafType.above(height), reason: "\(error)")
    }
  }

  /// The leaf that follows the subtree of zeros which is block `number` at `height`.
  private func end(ofHole number: Int, _ height: Int) -> Int {
    var next = number + 1
    for _ in 0..<height {
      let (product, overflow) = next.multipliedReportingOverflow(by: entry.pointersPerBlock)
      if overflow { return .max }
      next = product
    }
    return next
  }
}
