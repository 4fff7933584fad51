import TestSupport

/// A whack stream and its block, made item by item as the format says: what an encoder would choose
/// does not matter.
struct WhackItems {
  private(set) var block: [UInt8] = []
  private var bits: [Bool] = []
  /// Whether the last four literals were rare.
  private var rareness = [true, true, true, true]

  /// The stream, with zeros to a whole byte.
  var stream: [UInt8] {
    stride(from: 0, to: bits.count, by: 8).map { start in
      (start..<start + 8).reduce(0) { $0 << 1 | ($1 < bits.count && bits[$1] ? 1 : 0) }
    }
  }

  mutating func addLiteral(_ byte: UInt8) {
    let isRare = byte < 32 || byte > 127
    let shifted = Int(byte &+ 64)
    if rareness.contains(true) {
      add(Int(byte), 9)
    } else if !isRare {
      add(Int(byte), 8)
    } else if shifted < 96 {
      add(shifted, 10)
    } else {
      add(shifted, 11)
    }
    rareness = rareness.dropFirst() + [isRare]
    block.append(byte)
  }

  /// - Precondition: the length is at least 3, the distance at most 16384 and the bytes so far.
  mutating func addMatch(length: Int, distance: Int) {
    addLength(length)
    addDistance(distance - 1)
    for _ in 0..<length { block.append(block[block.count - distance]) }
  }

  private mutating func addLength(_ length: Int) {
    switch length {
    case 3: add(0b10, 2)
    case 4: add(0b110, 3)
    case 5, 6: add(0b11100 + length - 5, 5)
    default:
      // Groups of 1, 2, 2, 4, 4, 8, 8… lengths, the first of them with codes of 6 bits.
      var (first, size, bitCount, code) = (7, 1, 2, 0)
      var doubles = true
      while length >= first + size {
        first += size
        code = (code + size) << 1
        bitCount += 1
        if doubles { size *= 2 }
        doubles.toggle()
      }
      add(0b1111, 4)
      add(code + length - first, bitCount)
    }
  }

  private mutating func addDistance(_ value: Int) {
    if value < 128 {
      add(value >> 5, 4)
      add(value & 31, 5)
    } else if value < 4096 {
      let extraBitCount = Int.bitWidth - value.leadingZeroBitCount - 2
      add((extraBitCount - 4) << 1 | value >> extraBitCount & 1, 4)
      add(value & (1 << extraBitCount - 1), extraBitCount)
    } else {
      let extraBitCount = value < 8192 ? 12 : 13
      add(extraBitCount + 2, 4)
      add(value & (1 << extraBitCount - 1), extraBitCount)
    }
  }

  private mutating func add(_ value: Int, _ count: Int) {
    for place in (0..<count).reversed() { bits.append(value >> place & 1 == 1) }
  }
}

extension WhackItems {
  /// Items in any order, up to `count` bytes of the block: runs of literals of one kind, and matches.
  static func random(count: Int, using random: inout SeededGenerator) -> WhackItems {
    var items = WhackItems()
    while items.block.count < count {
      let room = count - items.block.count
      if Bool.random(using: &random), room >= 3, !items.block.isEmpty {
        let longest = [3, 6, 15, 2051].randomElement(using: &random) ?? 3
        let farthest = [7, 127, 4096, 16384].randomElement(using: &random) ?? 7
        items.addMatch(
          length: Int.random(in: 3...min(longest, room), using: &random),
          distance: Int.random(in: 1...min(farthest, items.block.count), using: &random))
      } else {
        let isAny = Int.random(in: 0..<4, using: &random) == 0
        let bytes: ClosedRange<UInt8> = isAny ? 0...255 : 32...127
        for _ in 0..<Int.random(in: 1...min(20, room), using: &random) {
          items.addLiteral(UInt8.random(in: bytes, using: &random))
        }
      }
    }
    return items
  }
}
