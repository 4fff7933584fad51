package import VentiCore

/// Compresses blocks, to the same bytes as plan9port's server does.
///
/// Holds the tables of the search, 64 KiB, so that a thread that stores many blocks makes them
/// once. Not to be shared by threads.
package struct WhackEncoder: Sendable {
  // By hash of three bytes, the last position that had it; by position, the one before it with
  // the same hash. Positions are 16-bit counters that start at `firstPosition` and wrap.
  private var heads = [UInt16](repeating: 0, count: 1 << Self.hashBitCount)
  private var chains = [UInt16](repeating: 0, count: Whack.maximumDistance)

  private static let hashBitCount = 14
  private static let firstPosition = 1 << 15

  /// Makes the tables.
  package init() {}

  /// Compresses `input`.
  ///
  /// - Returns: nil when that does not make it shorter, or when it does not look likely to half
  ///   way through; the block is then stored as it is.
  package mutating func encode(_ input: RawSpan) -> Block? {
    let count = input.byteCount
    guard (Whack.minimumMatch...Whack.maximumByteCount).contains(count) else { return nil }
    let block = unsafe input.withUnsafeBytes { input in
      Block(capacity: count) { output in
        unsafe output.withUnsafeMutableBytes { memory, filled in
          unsafe heads.withUnsafeMutableBufferPointer { heads in
            unsafe chains.withUnsafeMutableBufferPointer { chains in
              unsafe heads.update(repeating: 0)
              var search = unsafe WhackSearch(input: input, heads: heads, chains: chains)
              var bits = unsafe WhackBits(output: memory)
              filled = Self.encode(&search, count, to: &bits) ? bits.count : 0
            }
          }
        }
      }
    }
    return block.count == 0 ? nil : block
  }

  /// Encodes all of the input; false when that is of no use.
  @inline(__always)
  private static func encode(
    _ search: inout WhackSearch, _ count: Int, to bits: inout WhackBits
  ) -> Bool {
    var position = 0
    var literalCount = 0
    var isProgressChecked = false
    while position < count {
      let (length, distance) = search.longestMatch(at: position)
      if length < Whack.minimumMatch {
        guard bits.literal(search.byte(position)) else { return false }
        literalCount &+= 1
        if !isProgressChecked, position > count / 2 {
          // Over 80 % literals so far: the rest is not worth the time.
          guard 4 * position >= 5 * literalCount else { return false }
          isProgressChecked = true
        }
        position &+= 1
      } else {
        guard bits.match(length: length, distance: distance) else { return false }
        search.enter(from: position &+ 1, to: position &+ length)
        position &+= length
      }
    }
    return bits.finish() && bits.count < count
  }

  /// The hash of three bytes.
  @inline(__always)
  fileprivate static func hash(_ bytes: UInt32) -> Int {
    Int((bytes &* 0x6b43_a9b5) >> 18) & (1 << hashBitCount - 1)
  }

  @inline(__always)
  fileprivate static func counter(_ position: Int) -> UInt16 {
    UInt16(truncatingIfNeeded: position &+ firstPosition)
  }
}

/// Finds earlier bytes that are the same as those to come.
///
/// Works on plain memory. It is safe because the tables are indexed by numbers cut to their
/// size, and the input below its count only: a candidate lies at most `position` bytes back.
@safe
private struct WhackSearch {
  private let input: UnsafeRawBufferPointer
  private let inputCount: Int
  private let heads: UnsafeMutableBufferPointer<UInt16>
  private let chains: UnsafeMutableBufferPointer<UInt16>

  /// How many candidates are looked at, and the length that is good enough to stop at.
  private static let effort = 48

  init(
    input: UnsafeRawBufferPointer, heads: UnsafeMutableBufferPointer<UInt16>,
    chains: UnsafeMutableBufferPointer<UInt16>
  ) {
    unsafe self.input = input
    inputCount = input.count
    unsafe self.heads = heads
    unsafe self.chains = chains
  }

  @inline(__always)
  func byte(_ position: Int) -> UInt8 { unsafe input[position] }

  /// Three bytes as a number.
  ///
  /// At least three are left at `position`.
  @inline(__always)
  private func triple(_ position: Int) -> UInt32 {
    if position &+ 4 <= inputCount { return quadruple(position).bigEndian >> 8 }
    return unsafe UInt32(input[position]) << 16 | UInt32(input[position &+ 1]) << 8
      | UInt32(input[position &+ 2])
  }

  /// Four bytes, in whatever order.
  @inline(__always)
  private func quadruple(_ position: Int) -> UInt32 {
    unsafe input.loadUnaligned(fromByteOffset: position, as: UInt32.self)
  }

  /// Enters the positions before `end` in the chains of their hashes, as long as three bytes are
  /// left there.
  @inline(__always)
  func enter(from start: Int, to end: Int) {
    var position = start
    // All but the last have four bytes, which are loaded at once.
    let last = inputCount &- Whack.minimumMatch
    let wide = min(end, last)
    while position < wide {
      _ = enter(position, quadruple(position).bigEndian >> 8)
      position &+= 1
    }
    if position == last, position < end { _ = enter(position, triple(position)) }
  }

  /// Enters one position, whose three bytes are `triple`.
  ///
  /// - Returns: the counter of the position before it in the chain.
  @inline(__always)
  private func enter(_ position: Int, _ triple: UInt32) -> UInt16 {
    let hash = WhackEncoder.hash(triple)
    let counter = WhackEncoder.counter(position)
    let head = unsafe heads[hash]
    unsafe chains[Int(counter) & (Whack.maximumDistance - 1)] = head
    unsafe heads[hash] = counter
    return head
  }

  /// Enters a position, and finds the nearest of the longest matches; length 0 when there is none.
  ///
  /// The position takes the place in the chains of the one that is just within reach, after which
  /// none is: so it may be entered first.
  @inline(__always)
  func longestMatch(at position: Int) -> (length: Int, distance: Int) {
    guard position &+ Whack.minimumMatch <= inputCount else { return (0, 0) }
    let limit = min(inputCount &- position, Whack.maximumMatch)
    let maximumDistance = min(Whack.maximumDistance, position)
    let now = WhackEncoder.counter(position)
    let triple = triple(position)
    var then = enter(position, triple)
    var best = (length: 0, distance: 0)
    // Four bytes around the end of the best match rule out most candidates for a longer one; as
    // long as there is none, the first three do.
    var wanted = (triple << 8).bigEndian
    var mask = UInt32(0xffff_ff00).bigEndian
    var end = position
    var lastDistance = 0
    for _ in 0..<Self.effort {
      let distance = Int(now &- then)
      guard distance > lastDistance, distance <= maximumDistance else { break }
      if (quadruple(end &- distance) ^ wanted) & mask == 0 {
        let length = commonLength(position &- distance, position, limit)
        if length > best.length {
          best = (length, distance)
          if length > Self.effort || length == limit { break }
          end = position &+ length &- Whack.minimumMatch
          wanted = quadruple(end)
          mask = .max
        }
      }
      lastDistance = distance
      then = unsafe chains[Int(then) & (Whack.maximumDistance - 1)]
    }
    return best
  }

  /// How many bytes from two positions on are the same, up to `limit`.
  @inline(__always)
  private func commonLength(_ left: Int, _ right: Int, _ limit: Int) -> Int {
    var length = 0
    while length &+ 8 <= limit {
      let difference =
        unsafe input.loadUnaligned(fromByteOffset: left &+ length, as: UInt64.self)
        ^ input.loadUnaligned(fromByteOffset: right &+ length, as: UInt64.self)
      if difference != 0 {
        return length &+ UInt64(littleEndian: difference).trailingZeroBitCount >> 3
      }
      length &+= 8
    }
    while length < limit, unsafe input[left &+ length] == input[right &+ length] { length &+= 1 }
    return length
  }
}

/// The bits of a stream as they are written; there is no room for more bytes than the block has.
@safe
private struct WhackBits {
  private let output: UnsafeMutableRawBufferPointer
  private let capacity: Int
  /// Whole bytes written.
  private(set) var count = 0
  private var window: UInt64 = 0
  private var pending = 0
  private var history = Whack.historyMask

  init(output: UnsafeMutableRawBufferPointer) {
    unsafe self.output = output
    capacity = output.count
  }

  /// Appends a literal; false when there is no room.
  @inline(__always)
  mutating func literal(_ byte: UInt8) -> Bool {
    let isRare = Whack.isRare(byte)
    if history != 0 {
      put(UInt64(byte), 9)
    } else if isRare {
      let code = byte &+ 64
      put(UInt64(code), code < 96 ? 10 : 11)
    } else {
      put(UInt64(byte), 8)
    }
    history = (history << 1 | (isRare ? 1 : 0)) & Whack.historyMask
    return drain()
  }

  /// Appends a match; false when there is no room.
  @inline(__always)
  mutating func match(length: Int, distance: Int) -> Bool {
    switch length {
    case 3: put(0b10, 2)
    case 4: put(0b110, 3)
    case 5...6: put(0b11100 | UInt64(length - 5), 5)
    default: longLength(length)
    }
    guard drain() else { return false }
    let value = distance &- 1
    if value < 128 {
      put(UInt64(value), 9)
    } else if value < 4096 {
      let extraBitCount = 62 &- value.leadingZeroBitCount
      let code = (extraBitCount &- 4) << 1 | (value >> extraBitCount & 1)
      put(UInt64(code << extraBitCount | value & (1 << extraBitCount &- 1)), extraBitCount &+ 4)
    } else {
      let extraBitCount = value < 8192 ? 12 : 13
      let code = extraBitCount &+ 2
      put(UInt64(code << extraBitCount | value & (1 << extraBitCount &- 1)), extraBitCount &+ 4)
    }
    return drain()
  }

  /// Appends the last bits, padded with zeros to a byte; false when there is no room.
  mutating func finish() -> Bool {
    while pending > 0 {
      guard count < capacity else { return false }
      let byte = pending >= 8 ? window >> UInt64(pending - 8) : window << UInt64(8 - pending)
      unsafe output[count] = UInt8(truncatingIfNeeded: byte)
      count += 1
      pending -= 8
    }
    return true
  }

  private mutating func longLength(_ length: Int) {
    var group = WhackLengthGroups()
    var code: UInt64 = 0b111100
    var rest = length - WhackLengthGroups.firstLength
    while rest >= group.size {
      rest -= group.size
      code = (code + UInt64(group.size)) << 1
      group.advance()
    }
    put(code + UInt64(rest), group.bitCount)
  }

  @inline(__always)
  private mutating func put(_ bits: UInt64, _ bitCount: Int) {
    window = window &<< UInt64(bitCount) | bits
    pending &+= bitCount
  }

  /// Writes four bytes once they are full, so that fewer than 32 bits stay behind.
  @inline(__always)
  private mutating func drain() -> Bool {
    guard pending >= 32 else { return true }
    guard count &+ 4 <= capacity else { return false }
    pending &-= 32
    let word = UInt32(truncatingIfNeeded: window >> UInt64(pending))
    unsafe output.storeBytes(of: word.bigEndian, toByteOffset: count, as: UInt32.self)
    count &+= 4
    return true
  }
}
