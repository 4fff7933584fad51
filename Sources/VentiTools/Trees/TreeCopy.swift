package import VentiCore

/// Copies an archive, or any tree of blocks, from one store to another: plan9port's copy.
///
/// A block is written after all that it names, and a root after these are safe, so that an
/// archive which is there is whole. What a root names as its predecessor is copied too.
package struct TreeCopy {
  /// What to do about a block that cannot be read.
  package enum Reaction: Sendable {
    /// End with an error.
    case fail
    /// Go on without it.
    case skip
    /// Put zeros in its place, which changes the scores of all above it.
    case replace
  }

  /// What was copied.
  package struct Result: Sendable, Equatable {
    /// The score of the copy; another one after a replacement.
    package var score: Score
    /// Blocks that were there, so that what they name was not looked at.
    package var skippedCount = 0
    /// Blocks that were written.
    package var writtenCount = 0
    /// Scores in blocks that were changed.
    package var rewrittenCount = 0
    /// Blocks that could not be read.
    package var failureCount = 0
  }

  /// Whether a block that the target has is taken to have all that it names there too.
  package var trustsTarget = false
  /// What to do about a block that cannot be read.
  package var reaction = Reaction.fail
  /// Takes a line for each step.
  package var trace: ((String) -> Void)?
  /// Takes a line about each block that cannot be read.
  package var complain: (String) -> Void = { _ in }

  private let source: BlockCache
  private let target: any BlockStore
  private var result = Result(score: .zero)
  private var frames: [Frame] = []
  /// The blocks that were copied.
  private var copied = VisitedNodes()
  /// The new scores of those that were changed.
  private var replaced: [TreeNode: Score] = [:]

  /// A block that waits until what it names is copied.
  private struct Frame {
    let address: BlockAddress
    let base: UInt8
    var bytes: [UInt8]
    let links: [BlockLinks.Link]
    var next = 0
    var rewrittenCount = 0
  }

  /// Copies from one store to another.
  package init(from source: any BlockFetcher, to target: any BlockStore) {
    self.source = BlockCache(over: source)
    self.target = target
  }

  /// Copies the tree below a block, and returns once it is safe.
  package mutating func run(_ top: BlockAddress) throws(ToolError) -> Result {
    guard let score = try enter(top, base: top.type == .root ? 8 : top.type.number & 8) else {
      result.score = try finishFrames()
      return try finish()
    }
    result.score = score
    return try finish()
  }

  private func finish() throws(ToolError) -> Result {
    try onBlocks { () throws(BlockError) in try target.sync() }
    return result
  }

  /// Copies what waits; returns the score of the first block.
  private mutating func finishFrames() throws(ToolError) -> Score {
    while true {
      let top = frames.count - 1
      if frames[top].next < frames[top].links.count {
        let link = frames[top].links[frames[top].next]
        let base = childBase(of: frames[top], link)
        guard let score = try enter(link.address, base: base) else { continue }
        take(score)
      } else {
        let frame = frames.removeLast()
        let score = try write(frame)
        guard !frames.isEmpty else { return score }
        take(score)
      }
    }
  }

  /// Notes the score of the block that the last frame names next.
  private mutating func take(_ score: Score) {
    let top = frames.count - 1
    let link = frames[top].links[frames[top].next]
    frames[top].next += 1
    guard score != link.address.score else { return }
    var writer = ByteWriter()
    // A root without a predecessor has zero bytes there, not the score of an empty block.
    let isPrevious = frames[top].address.type == .root && link.address.type == .root
    writer.score(isPrevious && score == .zero ? .none : score)
    frames[top].bytes.replaceSubrange(
      link.offset..<link.offset + Score.byteCount, with: writer.bytes)
    frames[top].rewrittenCount += 1
  }

  /// The base type that plan9port's messages name.
  private func childBase(of frame: Frame, _ link: BlockLinks.Link) -> UInt8 {
    switch frame.address.type.number {
    case BlockType.root.number: 0
    case BlockType.directory.number: link.address.type.number & 8
    default: frame.base
    }
  }

  /// Copies a block that names no others, or has been copied; nil when it has to wait.
  private mutating func enter(
    _ address: BlockAddress, base: UInt8
  ) throws(ToolError) -> Score? {
    if copied.contains(address) { return replaced[TreeNode(address)] ?? address.score }
    let indent = String(repeating: " ", count: frames.count)
    trace?("\(indent)-> \(frames.count) \(address.type) \(base) \(address.score)")
    if trustsTarget, (try? target.read(address)) != nil {
      result.skippedCount += 1
      return note(address, address.score)
    }
    let block: Block
    do throws(BlockError) {
      block = try source.read(address)
    } catch {
      return try substitute(for: address, error)
    }
    let links: [BlockLinks.Link]
    do throws(FormatError) {
      links = try BlockLinks.links(in: block, address.type, withPrevious: true)
    } catch {
      throw .format(place: "block \(address.score)/\(address.type)", error)
    }
    let frame = Frame(address: address, base: base, bytes: block.array, links: links)
    guard !links.isEmpty else { return try write(frame) }
    source.prefetch(links.map(\.address).filter { !copied.contains($0) })
    frames.append(frame)
    return nil
  }

  /// What stands for a block that cannot be read.
  private mutating func substitute(
    for address: BlockAddress, _ error: BlockError
  ) throws(ToolError) -> Score {
    guard reaction != .fail else { throw .block(error) }
    complain("\(error)")
    result.failureCount += 1
    return note(address, reaction == .skip ? address.score : .zero)
  }

  private mutating func write(_ frame: Frame) throws(ToolError) -> Score {
    let type = frame.address.type
    if !frame.links.isEmpty {
      trace?(String(repeating: " ", count: frames.count) + "<- \(frame.address.score)")
    }
    // A root that is there says that all below it is.
    if type == .root { try onBlocks { () throws(BlockError) in try target.sync() } }
    // A block that was changed may have got zeros at its end.
    let block = Block(frame.bytes)
    let stored = frame.rewrittenCount == 0 ? block : block.truncated(as: type)
    let score = try onBlocks { () throws(BlockError) in try target.write(stored, type: type) }
    result.writtenCount += 1
    result.rewrittenCount += frame.rewrittenCount
    return note(frame.address, score)
  }

  /// Remembers what became of a block.
  private mutating func note(_ address: BlockAddress, _ score: Score) -> Score {
    copied.insert(address)
    if score != address.score { replaced[TreeNode(address)] = score }
    return score
  }
}
