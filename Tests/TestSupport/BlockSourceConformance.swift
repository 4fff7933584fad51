internal import Posix
public import Testing
public import VentiCore

/// What every source of blocks must do, a rule a case.
///
/// Each rule is reported by itself when they are the arguments of a test:
///
///     @Test("a source keeps the rules", arguments: BlockSourceConformance.allCases)
///     func rules(rule: BlockSourceConformance) throws { try rule.check(source) }
///
/// The source holds exactly `contents`.
public enum BlockSourceConformance: String, CaseIterable, Sendable, CustomTestStringConvertible {
  case everyBlockIsRead = "every block is read, up to the longest"
  case absentBlockIsNotFound = "an absent block is not found"
  case typeIsPartOfIdentity = "a block is not found under another type"
  case pointersOfBothFamiliesAreOne = "pointers to data and to directories have one number"
  case limitIsKept = "a block longer than its reader can use is an error"
  case limitMayBeExact = "a limit may be the block's length"
  case zeroScoreIsEmpty = "the zero score is an empty block"
  case readersShare = "many threads read at once"
  case fetchDeliversEachOnce = "a fetch delivers each address once"
  case fetchOfNothingIsNothing = "a fetch of nothing delivers nothing"
  case prefetchIsHarmless = "a prefetch of anything changes nothing"

  /// A block and its type.
  public struct Stored: Sendable {
    /// The bytes.
    public let block: Block
    /// What they are.
    public let type: BlockType

    /// The address under which the block is read.
    public var address: BlockAddress {
      BlockAddress(block.score, type, limit: BlockSourceConformance.longest)
    }
  }

  /// The most bytes of a block.
  public static let longest = 57_344

  /// What the source under test is filled with: less than 80 KB.
  public static let contents: [Stored] = {
    var generator = SeededGenerator(seed: 17)
    var contents = [
      Stored(block: Block(generator.bytes(longest)), type: .data),
      Stored(block: Block([0]), type: .data),
      Stored(block: Block([1, 2, 3]), type: .data),
      Stored(block: Block([1, 2, 3]), type: .root),
      Stored(block: Block([4, 5, 6]), type: .data.above(2)),
    ]
    for number in 0..<50 {
      let count = Int.random(in: 2...600, using: &generator)
      contents.append(
        Stored(block: Block(generator.bytes(count)), type: BlockType.all[number % 17]))
    }
    return contents
  }()

  private static let waitLimitSeconds = 60.0

  /// The rule, as reports name it.
  public var testDescription: String { rawValue }

  /// Checks the rule on a source that holds exactly `contents`.
  public func check(_ source: some BlockFetcher) throws {
    switch self {
    case .everyBlockIsRead: try readAll(source)
    case .absentBlockIsNotFound: expectAbsent(source)
    case .typeIsPartOfIdentity: expectOtherType(source)
    case .pointersOfBothFamiliesAreOne: try readAsOtherFamily(source)
    case .limitIsKept: expectLimit(source)
    case .limitMayBeExact: try readExactly(source)
    case .zeroScoreIsEmpty: try readZero(source)
    case .readersShare: try readByThreads(source)
    case .fetchDeliversEachOnce: try fetchAll(source)
    case .fetchOfNothingIsNothing: fetchNothing(source)
    case .prefetchIsHarmless: try prefetch(source)
    }
  }

  private func readAll(_ source: some BlockFetcher) throws {
    for stored in Self.contents {
      #expect(try source.read(stored.address) == stored.block)
    }
  }

  private func expectAbsent(_ source: some BlockFetcher) {
    let absent = BlockAddress(Block([9, 9]).score, .data, limit: 100)
    #expect(throws: BlockError.notFound(absent.score, .data)) { try source.read(absent) }
  }

  private func expectOtherType(_ source: some BlockFetcher) {
    let score = Block([1, 2, 3]).score
    #expect(throws: BlockError.notFound(score, .directory)) {
      try source.read(BlockAddress(score, .directory, limit: 100))
    }
  }

  private func readAsOtherFamily(_ source: some BlockFetcher) throws {
    let block = Block([4, 5, 6])
    let address = BlockAddress(block.score, .directory.above(2), limit: 100)
    #expect(try source.read(address) == block)
  }

  private func expectLimit(_ source: some BlockFetcher) {
    for stored in Self.contents where stored.block.count > 1 {
      let address = BlockAddress(
        stored.block.score, stored.type, limit: stored.block.count - 1)
      #expect {
        try source.read(address)
      } throws: { error in
        guard case .notFound = error as? BlockError else { return error is BlockError }
        return false
      }
    }
  }

  private func readExactly(_ source: some BlockFetcher) throws {
    for stored in Self.contents {
      let address = BlockAddress(stored.block.score, stored.type, limit: stored.block.count)
      #expect(try source.read(address) == stored.block)
    }
  }

  private func readZero(_ source: some BlockFetcher) throws {
    for type in BlockType.all {
      #expect(try source.read(BlockAddress(.zero, type, limit: 0)).count == 0)
    }
  }

  private func readByThreads(_ source: some BlockFetcher) throws {
    let threadCount = 8
    let state = Monitor((wrong: 0, running: threadCount))
    for thread in 0..<threadCount {
      let started = Thread.start("reader") {
        let order = Self.contents.indices.map { ($0 + thread * 7) % Self.contents.count }
        let wrong = order.count { index in
          let stored = Self.contents[index]
          return (try? source.read(stored.address)) != stored.block
        }
        state.update { $0 = (wrong: $0.wrong + wrong, running: $0.running - 1) }
      }
      try #require(started)
    }
    let wrong = state.wait(until: .after(seconds: Self.waitLimitSeconds)) {
      $0.running == 0 ? $0.wrong : nil
    }
    #expect(wrong == 0)
  }

  private func fetchAll(_ source: some BlockFetcher) throws {
    let absent = BlockAddress(Block([9, 9]).score, .data, limit: 100)
    let addresses = Self.contents.map(\.address) + [absent, Self.contents[2].address]
    let delivered = Monitor([(BlockAddress, Result<Block, BlockError>)]())
    source.fetch(addresses) { address, result in delivered.update { $0.append((address, result)) } }
    let results = delivered.wait(until: .after(seconds: Self.waitLimitSeconds)) {
      $0.count >= addresses.count ? $0 : nil
    }

    let found = try #require(results)
    #expect(found.count == addresses.count)
    let counts = Dictionary(grouping: found) { $0.0 }.mapValues(\.count)
    #expect(counts == Dictionary(grouping: addresses) { $0 }.mapValues(\.count))
    let blocks = Dictionary(found.map { ($0.0, $0.1) }) { first, _ in first }
    for stored in Self.contents { #expect(try blocks[stored.address]?.get() == stored.block) }
    #expect(blocks[absent] == .failure(.notFound(absent.score, .data)))
  }

  private func fetchNothing(_ source: some BlockFetcher) {
    source.fetch([]) { address, _ in Issue.record("\(address) was delivered") }
  }

  private func prefetch(_ source: some BlockFetcher) throws {
    let absent = BlockAddress(Block([9, 9]).score, .data, limit: 100)
    source.prefetch([absent, BlockAddress(.zero, .data, limit: 0)])
    source.prefetch(Self.contents.map(\.address))
    source.prefetch([])
    try readAll(source)
  }
}
