internal import Posix
public import VentiCore

/// What every source of blocks does, whether they come from memory, a disk or a network.
///
/// Checks return what is wrong, one line each, and nothing when all is well.
public struct BlockSourceConformance {
  private let source: any BlockFetcher
  private let blocks: [(block: Block, type: BlockType)]
  /// How long a check waits for blocks that were asked for together.
  private static let limitSeconds = 30.0

  /// Checks `source`, which holds `blocks`, each longer than one byte.
  public init(_ source: any BlockFetcher, holding blocks: [(block: Block, type: BlockType)]) {
    self.source = source
    self.blocks = blocks
  }

  /// All rules.
  public func failures() -> [String] {
    readsBlocks() + refusesOtherTypes() + refusesLongBlocks() + missesUnknownBlocks()
      + knowsTheEmptyBlock() + fetchesEachOnce()
  }

  private func result(_ address: BlockAddress) -> Result<Block, BlockError> {
    Result { () throws(BlockError) in try source.read(address) }
  }

  private func readsBlocks() -> [String] {
    blocks.compactMap { block, type in
      let found = result(BlockAddress(block.score, type, limit: block.count))
      return found == .success(block) ? nil : "block \(block.score)/\(type): \(found)"
    }
  }

  private func refusesOtherTypes() -> [String] {
    blocks.compactMap { block, type in
      let held = blocks.filter { $0.block.score == block.score }.map(\.type)
      guard let other = BlockType.all.first(where: { !held.contains($0) }) else { return nil }
      let found = result(BlockAddress(block.score, other, limit: block.count))
      let expected = Result<Block, BlockError>.failure(.notFound(block.score, other))
      return found == expected ? nil : "block \(block.score)/\(other), of another type: \(found)"
    }
  }

  private func refusesLongBlocks() -> [String] {
    blocks.compactMap { block, type in
      let limit = block.count - 1
      let found = result(BlockAddress(block.score, type, limit: limit))
      let error = BlockError.tooLong(block.score, type, count: block.count, limit: limit)
      return found == .failure(error) ? nil : "block \(block.score)/\(type), too long: \(found)"
    }
  }

  private func missesUnknownBlocks() -> [String] {
    let score = Block(Array("a block that nobody stores".utf8)).score
    let found = result(BlockAddress(score, .data, limit: 100))
    let expected = Result<Block, BlockError>.failure(.notFound(score, .data))
    return found == expected ? [] : ["unknown block: \(found)"]
  }

  private func knowsTheEmptyBlock() -> [String] {
    BlockType.all.compactMap { type in
      let found = result(BlockAddress(.zero, type, limit: 0))
      return found == .success(.empty) ? nil : "zero score of type \(type): \(found)"
    }
  }

  /// Every address asked for is delivered once, also when it fails.
  private func fetchesEachOnce() -> [String] {
    let unknown = BlockAddress(.none, .data, limit: 100)
    let zero = BlockAddress(.zero, .data, limit: 100)
    let addresses =
      blocks.map { BlockAddress($0.block.score, $0.type, limit: $0.block.count) } + [unknown, zero]
    let deliveries = Monitor<[BlockAddress: [Result<Block, BlockError>]]>([:])
    source.fetch(addresses) { address, result in
      deliveries.update { $0[address, default: []].append(result) }
    }
    let deadline = Deadline.after(seconds: Self.limitSeconds)
    let all = deliveries.wait(until: deadline) { $0.count == addresses.count ? $0 : nil }
    guard let all else { return ["fetch: not all was delivered in \(Self.limitSeconds) s"] }
    return all.compactMap { address, results in
      results == [result(address)] ? nil : "fetch of \(address.score): \(results)"
    }
  }
}
