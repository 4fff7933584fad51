import TestSupport
import Testing
import VentiCore

struct BlockTruncationTests {
  private static let zero = bytesOfHex(Score.zero.description)
  private static let one = [UInt8](repeating: 1, count: 20)

  static let cases: [(Int, [UInt8], Int)] = [
    (0, [], 0), (0, [0, 0], 0), (0, [1, 0, 2, 0], 3), (8, [1, 0, 2, 0, 0], 3),
    (1, zero, 0), (1, one + zero + zero, 20), (9, one + zero + one, 60), (1, one + [1, 2, 3], 20),
    (7, zero + [0, 0], 0), (1, one + [UInt8](repeating: 0, count: 20), 40), (15, [1], 0),
    (16, [UInt8](repeating: 0, count: 299), 299), (16, [UInt8](repeating: 1, count: 301), 300),
  ]

  @Test("each type loses the zeros that its readers put back, and nothing else", arguments: cases)
  func truncates(number: Int, bytes: [UInt8], count: Int) throws {
    let type = try #require(BlockType(number: number))
    #expect(Block(bytes).truncated(as: type).array == Array(bytes.prefix(count)))
  }
}
