import Testing
import VentiCore

struct BlockTests {
  private struct Stop: Error {}

  @Test("a part shares the memory of the whole, and outlives it")
  func parts() {
    func part() -> Block { Block([1, 2, 3, 4, 5])[1..<4] }
    let block = part()
    #expect(block.array == [2, 3, 4])
    #expect(block[1..<2].array == [3])
    #expect(block.memoryCount == 5)
  }

  @Test("blocks are equal when all their bytes are", arguments: 0...20)
  func equality(count: Int) {
    let bytes = (0..<count).map { UInt8($0) }
    #expect(Block(bytes) == Block([9] + bytes)[1..<count + 1])
    #expect(Block(bytes) != Block(bytes + [0]))
    for index in bytes.indices {
      var other = bytes
      other[index] ^= 0x80
      #expect(Block(bytes) != Block(other))
    }
  }

  @Test("a block holds what was appended to it, not its capacity")
  func filling() {
    let block = Block(capacity: 100) { output in
      output.append(UInt8(7))
      output.append(UInt8(8))
    }
    #expect(block.array == [7, 8])
  }

  @Test("an error while filling is passed on")
  func failing() {
    #expect(throws: Stop.self) {
      try Block(capacity: 10) { (output: inout OutputRawSpan) throws(Stop) in
        output.append(UInt8(1))
        throw Stop()
      }
    }
  }

  @Test("zeros at the end are dropped, others stay", arguments: 0...40)
  func trailingZeros(count: Int) {
    for zeros in 0...40 {
      let kept = count == 0 ? [] : [0] + [UInt8](repeating: 7, count: count)
      let block = Block(kept + [UInt8](repeating: 0, count: zeros))
      #expect(block.withoutTrailingZeros == Block(kept))
      #expect(block[0..<block.count - zeros].withoutTrailingZeros == Block(kept))
    }
  }
}
