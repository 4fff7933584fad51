public import VentiCore

/// Writes the pointer blocks of a stream as the scores of its leaves come in, first to last.
///
/// Memory: one unfinished block a level. Who makes the leaves, in which order, on how many
/// threads, is the caller's business.
public struct TreeWriter {
  private let store: any BlockStore
  private let layout: BlockLayout
  private let type: BlockType
  /// Scores by height; the last level is never empty once there is a leaf.
  private var levels: [[Score]] = []
  private var isKnown: (Score) -> Bool = { _ in false }

  /// Leaves so far.
  public private(set) var leafCount = 0

  /// Begins a stream.
  public init(to store: any BlockStore, layout: BlockLayout, isDirectory: Bool = false) {
    self.store = store
    self.layout = layout
    type = isDirectory ? .directory : .data
  }

  /// Blocks for which `isKnown` holds are in the store already, and are not sent.
  mutating func skipBlocks(where isKnown: @escaping (Score) -> Bool) {
    self.isKnown = isKnown
  }

  private var pointersPerBlock: Int { layout.pointerSize / Score.byteCount }

  /// Adds the next leaf, which the caller has stored; the zero score for a leaf of zeros.
  public mutating func append(_ score: Score) throws(ArchiveError) {
    leafCount += 1
    try append(score, at: 0)
  }

  /// Adds leaves of zeros: a hole of any size costs next to nothing.
  public mutating func appendZeros(_ count: Int) throws(ArchiveError) {
    leafCount += count
    // Up: what fills the open block of a level stays there, whole subtrees go a level higher.
    var rests: [Int] = []
    var above = count
    while above > 0 {
      let height = rests.count
      let open = height < levels.count ? levels[height].count : 0
      let filling = open == 0 ? 0 : min(above, pointersPerBlock - open)
      for _ in 0..<filling { try append(.zero, at: height) }
      above -= filling
      rests.append(above % pointersPerBlock)
      above /= pointersPerBlock
    }
    // Down: all levels below are empty here, so that the order is that of the leaves.
    for (height, rest) in rests.enumerated().reversed() {
      for _ in 0..<rest { try append(.zero, at: height) }
    }
  }

  /// Ends the stream, with zeros where leaves are missing, and describes it.
  ///
  /// - Precondition: there are no more leaves than `size` bytes have.
  public mutating func finish(size: Int) throws(ArchiveError) -> Entry {
    var entry = layout.emptyEntry(isDirectory: type == .directory)
    guard size <= Entry.maximumSize else {
      throw .tooLarge(subject: "file", size: size, limit: Entry.maximumSize)
    }
    entry.size = size
    let needed = size / layout.leafSize + (size % layout.leafSize == 0 ? 0 : 1)
    precondition(leafCount <= needed)
    try appendZeros(needed - leafCount)
    guard needed > 0 else { return entry }
    entry.depth = entry.neededDepth
    guard entry.depth <= BlockType.maximumHeight else {
      throw .unstorable("file of \(size) bytes: too large for blocks of \(layout.leafSize) bytes")
    }
    var height = 0
    while height < entry.depth {
      if !levels[height].isEmpty { try flush(height) }
      height += 1
    }
    entry.score = levels[entry.depth][0]
    return entry
  }

  private mutating func append(_ score: Score, at height: Int) throws(ArchiveError) {
    var height = height
    while levels.count <= height { levels.append([]) }
    levels[height].append(score)
    while levels[height].count == pointersPerBlock {
      try flush(height)
      height += 1
    }
  }

  /// Stores the open block of a level, and adds it to the level above.
  private mutating func flush(_ height: Int) throws(ArchiveError) {
    guard height < BlockType.maximumHeight else {
      throw .unstorable("file too large for blocks of \(layout.leafSize) bytes")
    }
    let scores = levels[height]
    levels[height].removeAll(keepingCapacity: true)
    let used = scores.lastIndex { $0 != .zero }.map { $0 + 1 } ?? 0
    var writer = ByteWriter(capacity: used * Score.byteCount)
    for score in scores[..<used] { writer.score(score) }
    let score = try store.store(Block(writer.bytes), type.above(height + 1), unless: isKnown)
    if levels.count == height + 1 { levels.append([]) }
    levels[height + 1].append(score)
  }
}

extension TreeWriter {
  /// Writes what the stream has so far, for `resume`.
  func suspend(to writer: inout ByteWriter) {
    writer.uint64(UInt64(leafCount))
    writer.uint8(UInt8(levels.count))
    for scores in levels {
      writer.uint32(UInt32(scores.count))
      for score in scores { writer.score(score) }
    }
  }

  /// Goes on with a stream of which nothing else has been written.
  @_lifetime(reader: copy reader)
  mutating func resume(_ reader: inout ByteReader) throws(FormatError) {
    leafCount = try Int(clamping: reader.uint64())
    levels = []
    for _ in 0..<(try reader.uint8()) {
      var scores: [Score] = []
      for _ in 0..<(try reader.uint32()) { scores.append(try reader.score()) }
      levels.append(scores)
    }
  }
}

extension BlockStore {
  /// Stores a block, unless `isKnown` says that it is there.
  func store(
    _ block: Block, _ type: BlockType, unless isKnown: (Score) -> Bool = { _ in false }
  ) throws(ArchiveError) -> Score {
    guard block.count > 0 else { return .zero }
    do throws(BlockError) {
      let score = block.score
      if !isKnown(score) { try write(block, type: type, score: score) }
      return score
    } catch {
      throw .block(error)
    }
  }
}
