import TestSupport
import Testing
import VentiCore
import VentiStore

struct WhackTests {
  /// Blocks and what plan9port's server stored for them.
  struct Vector: CustomTestStringConvertible {
    let testDescription: String
    let block: [UInt8]
    let stored: [UInt8]
  }

  static let vectors: [Vector] = [
    Vector(
      testDescription: "a short period", block: Array("abcabcabcabcabcabc".utf8),
      stored: bytesOfHex("30988c7f7010")),
    Vector(
      testDescription: "64 zeros", block: [UInt8](repeating: 0, count: 64),
      stored: bytesOfHex("007f9600")),
    Vector(
      testDescription: "8192 zeros", block: [UInt8](repeating: 0, count: 8192),
      stored: bytesOfHex("007ffcff803ffe7fc01fff3fe00fff9f2000")),
    Vector(
      testDescription: "a rare byte among common ones",
      block: Array("the cat sat on the mat, the cat sat on the hat\n".utf8),
      stored: bytesOfHex(
        """
        3a1a0ca206361742073806dedc4181cd
        ac2e859c047dc2ed0c2e8250
        """)),
    Vector(
      testDescription: "UTF-8",
      block: Array("café café café café\n\tcafé\n".utf8),
      stored: bytesOfHex("31984ccc354883f10282813d0300")),
    Vector(
      testDescription: "every kind of code",
      block: squares + squares + [UInt8](repeating: 0x51, count: 3000),
      stored: bytesOfHex(
        """
        0002844483e2f81c6c6c149b4700a319
        0c5418068241816138fcbc0418994406
        2159eca4300a804e86e379dc0c1c1c97
        4103a398ccf4480e9e4b8461b8bc5c34
        0c25538048766b111804a7122078fe67
        2b130924d2c1a80623251e05a69161d8
        8e1f3f190a24520108965b393fde17ca
        3fff3fe00fff2c0000
        """)),
  ]

  private static let squares = (0..<96).map { (index: Int) -> UInt8 in
    UInt8((index * index * 7 + index * 3) % 256)
  }

  @Test("what plan9port stored decodes to its block", arguments: vectors)
  func decodes(vector: Vector) throws {
    let block = try Whack.decode(Block(vector.stored).bytes, count: vector.block.count)
    #expect(block.array == vector.block)
  }

  @Test("what plan9port makes shorter becomes at least as short, or nearly so", arguments: vectors)
  func encodes(vector: Vector) throws {
    var encoder = WhackEncoder()
    let encoded = encoder.encode(Block(vector.block).bytes)
    let stored = try #require(encoded)
    #expect(try Whack.decode(stored.bytes, count: vector.block.count).array == vector.block)
    #expect(stored.count <= vector.stored.count + 1)
  }

  @Test("an encoder that has been used gives the same bytes again")
  func reuse() {
    var used = WhackEncoder()
    for vector in Self.vectors + Self.vectors.reversed() {
      var new = WhackEncoder()
      let block = Block(vector.block)
      #expect(used.encode(block.bytes) == new.encode(block.bytes))
    }
  }

  @Test("a store takes as few bytes as plan9port's server stored for it, to a thousandth")
  func wholeStore() throws {
    let directory = try TemporaryDirectory()
    let store = try ReadOnlyStore(opening: StoreFixture.store.unpack(into: directory.path))
    var encoder = WhackEncoder()
    var (ours, theirs) = (0, 0)

    for arena in store.arenas {
      for clump in try arena.clumps() {
        let info = try clump.get().info
        let type = try #require(info.type)
        let block = try store.read(BlockAddress(info.score, type, limit: info.size))
        ours += encoder.encode(block.bytes)?.count ?? block.count
        theirs += info.storedSize
      }
    }

    #expect(theirs > 0)
    #expect(ours <= theirs + theirs / 1000)
  }

  @Test("what cannot become shorter is left alone", arguments: [0, 1, 2, 3, 100, 8192, 57344])
  func incompressible(count: Int) {
    var random = SeededGenerator(seed: UInt64(count))
    var encoder = WhackEncoder()
    let block = Block(random.bytes(count))
    #expect(encoder.encode(block.bytes) == nil)
  }

  @Test("every block that is encoded decodes to itself", arguments: 0..<8)
  func roundTrips(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var encoder = WhackEncoder()
    var encodedCount = 0
    for _ in 0..<40 {
      let block = Block(Self.text(&random))
      guard let stored = encoder.encode(block.bytes) else { continue }
      encodedCount += 1
      #expect(stored.count < block.count)
      #expect(try Whack.decode(stored.bytes, count: block.count) == block)
    }
    #expect(encodedCount > 20)
  }

  @Test("all lengths and distances round trip", arguments: [1, 2, 7, 8, 9, 127, 128, 4097, 16384])
  func matches(distance: Int) throws {
    var random = SeededGenerator(seed: UInt64(distance))
    var encoder = WhackEncoder()
    let period: [UInt8] = random.bytes(distance)
    for length in Array(3...140) + [2050, 2051, 2052, 5000] {
      let bytes: [UInt8] = (0..<distance + length).map { period[$0 % distance] }
      guard let stored = encoder.encode(Block(bytes).bytes) else { continue }
      #expect(try Whack.decode(stored.bytes, count: bytes.count).array == bytes)
    }
  }

  @Test("items in any order decode to what they say", arguments: 0..<8)
  func items(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<100 {
      let count = Int.random(in: 0...3000, using: &random)
      let items = WhackItems.random(count: count, using: &random)
      let decoded = try Whack.decode(Block(items.stream).bytes, count: count)
      #expect(decoded.array == items.block)
    }
  }

  @Test("every prefix of a stream is refused", arguments: vectors)
  func prefixes(vector: Vector) {
    for count in 0..<vector.stored.count {
      let prefix = Block(Array(vector.stored[..<count]))
      #expect(throws: FormatError.self) {
        try Whack.decode(prefix.bytes, count: vector.block.count)
      }
    }
  }

  @Test("a stream of another length than it should have is refused", arguments: vectors)
  func lengths(vector: Vector) {
    let stored = Block(vector.stored)
    for count in [0, vector.block.count - 1, vector.block.count + 1, 57344, 57345, .max, -1] {
      #expect(throws: FormatError.self) { try Whack.decode(stored.bytes, count: count) }
    }
  }

  @Test("damage gives another block of the same length, or an error", arguments: vectors)
  func flips(vector: Vector) throws {
    for bit in stride(from: 0, to: vector.stored.count * 8, by: 7) {
      var stored = vector.stored
      stored[bit / 8] ^= 0x80 >> (bit % 8)
      let block = try? Whack.decode(Block(stored).bytes, count: vector.block.count)
      #expect(block == nil || block?.count == vector.block.count)
    }
  }

  @Test("noise never does harm", arguments: 0..<4)
  func noise(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<2000 {
      let stored = Block(random.bytes(Int.random(in: 0..<64, using: &random)))
      let count = Int.random(in: 0..<300, using: &random)
      let block = try? Whack.decode(stored.bytes, count: count)
      #expect(block == nil || block?.count == count)
    }
  }

  @Test("a match that reaches back before the block is refused")
  func distanceTooFar() {
    // Literal "a", then length 3 at distance 2.
    let stored = Block([0b0011_0000, 0b1100_0000, 0b0010_0000])
    #expect(throws: FormatError.self) { try Whack.decode(stored.bytes, count: 4) }
  }

  @Test("a length code of ones only is refused")
  func endlessLength() {
    let stored = Block([UInt8](repeating: 0xff, count: 64))
    #expect(throws: FormatError.self) { try Whack.decode(stored.bytes, count: 57344) }
  }

  /// Words, runs, repeats and noise, 3 to 57344 bytes.
  private static func text(_ random: inout SeededGenerator) -> [UInt8] {
    let count = [20, 300, 8192, 57344].randomElement(using: &random) ?? 0
    let limit = Int.random(in: 3...count, using: &random)
    var bytes: [UInt8] = []
    while bytes.count < limit {
      switch Int.random(in: 0..<4, using: &random) {
      case 0: bytes += Array("the archive of a block ".utf8)
      case 1: bytes += [UInt8](repeating: UInt8(random.next() % 256), count: 40)
      case 2: bytes += bytes.suffix(Int.random(in: 0..<3000, using: &random))
      default: bytes += random.bytes(9)
      }
    }
    return Array(bytes.prefix(limit))
  }
}
