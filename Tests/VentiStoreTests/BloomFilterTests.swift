import TestSupport
import Testing
import VentiCore
import VentiStore

struct BloomFilterTests {
  @Test("the header is what plan9port writes, both ways")
  func header() throws {
    let bytes = bytesOfHex("b1004ead000000010000001000100000")
    let filter = try BloomFilter(parsing: Block(bytes).bytes)
    #expect(filter == BloomFilter(hashCount: 16, byteCount: 1 << 20))

    var writer = ByteWriter()
    filter.write(to: &writer)
    #expect(writer.bytes == bytes)
  }

  @Test("a score has the bits that plan9port sets")
  func bits() throws {
    let filter = try #require(BloomFilter(hashCount: 16, byteCount: 1 << 20))
    let score = try Score("22596363b3de40b06f981fb85d82312e8c0ed511")
    #expect(
      filter.bits(of: score) == [
        0x715cee, 0x3bf3d1, 0x068ab4, 0x512197, 0x1bb87a, 0x664f5d, 0x30e640, 0x7b7d23,
        0x461406, 0x10aae9, 0x5b41cc, 0x25d8af, 0x706f92, 0x3b0675, 0x059d58, 0x50343b,
      ])
  }

  @Test(
    "a bit under the header is not asked for",
    arguments: [
      "0e5cf039ff00fc1d9481d52e35771c321379acce", "aba34e6c1ffd010e2dd50b14a94fcd5d9c9781c2",
      "8ac54c1e8620b59ebff3986280aebc00d69b268e", "96e8609d02db7d4c6055407cff5a846003c4975b",
    ])
  func bitsUnderHeader(score: String) throws {
    let filter = try #require(BloomFilter(hashCount: 32, byteCount: 1 << 20))
    let bits = filter.bits(of: try Score(score))
    #expect(bits.count == 31)
    #expect(bits.allSatisfy { $0 >= 128 })
  }

  @Test(
    "a header with other numbers is refused",
    arguments: [
      "b1004ead000000020000001000100000", "b1004eae000000010000001000100000",
      "b1004ead000000010000000000100000", "b1004ead000000010000002100100000",
      "b1004ead000000010000001000100001", "b1004ead000000010000001000000008",
      "b1004ead000000010000001040000000", "b1004ead0000000100000010001000",
    ])
  func refused(hex: String) {
    #expect(throws: FormatError.self) { try BloomFilter(parsing: Block(bytesOfHex(hex)).bytes) }
  }

  /// What fmtbloom is told, and the numbers that it picks.
  struct Choice: Sendable {
    var room: Int
    var blocks: Int?
    var hashes: Int?
    var byteCount: Int
    var hashCount: Int
  }

  private static let choices: [Choice] = [
    Choice(room: 1 << 20, byteCount: 1 << 20, hashCount: 32),
    Choice(room: 3 << 20, byteCount: 2 << 20, hashCount: 32),
    Choice(room: 1 << 31, byteCount: 1 << 29, hashCount: 32),
    Choice(room: 1 << 20, hashes: 16, byteCount: 1 << 20, hashCount: 16),
    Choice(room: 1 << 24, blocks: 100_000, byteCount: 1 << 19, hashCount: 28),
    Choice(room: 1 << 20, blocks: 1_000_000, byteCount: 1 << 20, hashCount: 5),
    Choice(room: 1 << 20, blocks: 100_000_000, byteCount: 1 << 20, hashCount: 32),
  ]

  @Test("a new filter has the numbers that fmtbloom picks", arguments: choices)
  func formatting(choice: Choice) {
    let filter = BloomFilter(
      formatting: choice.room, blockCount: choice.blocks, hashCount: choice.hashes)
    #expect(filter == BloomFilter(hashCount: choice.hashCount, byteCount: choice.byteCount))
  }

  @Test("under 1 MiB there is no room for a new filter")
  func tooSmall() {
    #expect(BloomFilter(formatting: (1 << 20) - 1) == nil)
  }
}
