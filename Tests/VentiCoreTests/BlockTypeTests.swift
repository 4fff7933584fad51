import Testing
import VentiCore

struct BlockTypeTests {
  @Test("types 0 to 16 have the wire numbers that plan9port's client sends")
  func wireValues() {
    let expected: [UInt8] = [13, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5, 6, 7, 8, 9, 1]
    #expect(BlockType.all.map(\.wireValue) == expected)
  }

  @Test("pointers come back from the wire as those of directories")
  func fromWire() {
    #expect(BlockType(wireValue: 3)?.number == 9)
    #expect(BlockType(wireValue: 13)?.number == 0)
    #expect(BlockType(wireValue: 1)?.number == 16)
    #expect(BlockType(wireValue: 2)?.number == 8)
  }

  @Test("a wire number that means nothing is refused", arguments: [0, 10, 11, 12, 14, 15, 255])
  func meaningless(value: UInt8) {
    #expect(BlockType(wireValue: value) == nil)
  }

  @Test("pointers of one height are one type, whatever they point to")
  func identity() {
    for height in 1...7 {
      #expect(BlockType.data.above(height) == BlockType.directory.above(height))
      #expect(BlockType.data.above(height).height == height)
    }
    #expect(BlockType.data != BlockType.directory)
    #expect(BlockType.data.above(2).below == BlockType.data.above(1))
    #expect(BlockType(number: 17) == nil)
  }
}
