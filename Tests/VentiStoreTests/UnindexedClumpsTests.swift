import TestSupport
import Testing
import VentiCore
import VentiStore

/// Checks the line of clumps on their way to the index against a list that is searched one by one.
@Suite struct UnindexedClumpsTests {
  @Test("finds what a list finds, whatever is appended, hidden and removed", arguments: 1...8)
  func model(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var line = UnindexedClumps()
    var model = ModelLine()
    for _ in 0..<2000 {
      let key = Self.key(.random(in: 0..<600, using: &random))
      switch Int.random(in: 0..<10, using: &random) {
      case 0:
        line.hide(key)
        model.hide(key)
      case 1:
        let count = Int.random(in: 0...min(40, model.clumps.count), using: &random)
        #expect(line.prefix(count).map(\.address) == model.clumps.prefix(count).map(\.address))
        line.removeFirst(count)
        model.removeFirst(count)
      default:
        let isSound = Int.random(in: 0..<20, using: &random) > 0
        let clump = Self.clump(key, isSound: isSound, model.entered)
        line.append(clump)
        model.append(clump)
      }
      #expect(line.count == model.clumps.count)
      #expect(line.enteredCount == model.entered)
      #expect(line[key]?.address == model.address(of: key))
    }
    for number in 0..<600 {
      #expect(line[Self.key(number)]?.address == model.address(of: Self.key(number)))
    }
  }

  @Test("of one score, each type is found on its own")
  func types() {
    var line = UnindexedClumps()
    let score = Score(words: 1, 2, 3)
    for type in UInt8(0)..<20 { line.append(Self.clump(BlockKey(score: score, typeValue: type))) }
    for type in UInt8(0)..<20 {
      #expect(line[BlockKey(score: score, typeValue: type)]?.typeValue == type)
    }
    #expect(line[BlockKey(score: score, typeValue: 20)] == nil)
  }

  @Test("numbers that go round are still told apart")
  func wrapping() {
    var line = UnindexedClumps(leftCount: Int(UInt32.max) - 5)
    for number in 0..<200 {
      line.append(Self.clump(Self.key(number), number))
      if number >= 10 { line.removeFirst(1) }
      #expect(line[Self.key(number)]?.address == UInt64(number))
      #expect(line[Self.key(max(0, number - 9))]?.address == UInt64(max(0, number - 9)))
      #expect(number < 10 || line[Self.key(number - 10)] == nil)
    }
    #expect(line.leftCount == Int(UInt32.max) - 5 + 190)
  }

  @Test("room that is made beforehand changes nothing that is found")
  func reserve() {
    var line = UnindexedClumps()
    for number in 0..<50 { line.append(Self.clump(Self.key(number), number)) }
    line.reserve(10_000)
    for number in 0..<50 { #expect(line[Self.key(number)]?.address == UInt64(number)) }
  }

  @Test("a clump comes back with all that its directory entry says")
  func info() {
    let info = ClumpInfo(
      typeValue: 13, storedSize: ClumpInfo.maximumSize, size: ClumpInfo.maximumSize,
      score: Score(words: 4, 5, 6))
    let clump = UnindexedClump(info, arena: 70_000, address: 1 << 50)
    #expect(clump.info == info)
    #expect(clump.arena == 70_000)
    #expect(clump.entry == IndexEntry(of: info, address: 1 << 50))
  }

  private static func key(_ number: Int) -> BlockKey {
    BlockKey(score: Score(words: UInt64(number), 0, 0), typeValue: UInt8(number % 3))
  }

  private static func clump(
    _ key: BlockKey, isSound: Bool = true, _ address: Int = 0
  ) -> UnindexedClump {
    UnindexedClump(
      ClumpInfo(typeValue: key.typeValue, storedSize: 10, size: 20, score: key.score),
      arena: 0, address: UInt64(address), isSound: isSound)
  }
}

private struct ModelLine {
  var clumps: [UnindexedClump] = []
  var entered = 0
  private var found: [BlockKey: UInt64] = [:]

  mutating func append(_ clump: UnindexedClump) {
    clumps.append(clump)
    entered += 1
    if clump.isSound { found[Self.key(clump)] = clump.address }
  }

  mutating func removeFirst(_ count: Int) {
    for clump in clumps.prefix(count) where found[Self.key(clump)] == clump.address {
      found[Self.key(clump)] = nil
    }
    clumps.removeFirst(count)
  }

  mutating func hide(_ key: BlockKey) { found[key] = nil }

  func address(of key: BlockKey) -> UInt64? { found[key] }

  private static func key(_ clump: UnindexedClump) -> BlockKey {
    BlockKey(score: clump.score, typeValue: clump.typeValue)
  }
}
