/// The codes of matches, by length and by distance.
struct WhackCodes: Sendable {
  /// A code and how many bits it has.
  typealias Code = (bits: UInt32, bitCount: UInt32)

  // One word each, the bit count in its last byte.
  private let lengths = (0...Whack.maximumMatch).map { Self.packed(Self.length($0)) }
  private let distances = (0...UInt32.bitWidth).map { Self.packed(Self.distance($0)) }

  /// Calls `body` with a stream that begins in `output`.
  @inline(__always)
  func withBits<Result>(
    in output: UnsafeMutableRawBufferPointer, _ body: (WhackBits) -> Result
  ) -> Result {
    unsafe lengths.withUnsafeBufferPointer { lengths in
      unsafe distances.withUnsafeBufferPointer { distances in
        body(unsafe WhackBits(output: output, lengths: lengths, distances: distances))
      }
    }
  }

  private static func packed(_ code: Code) -> UInt32 { code.bits << 8 | code.bitCount }

  /// The code of a length; lengths that have none seem dearer than any match is worth.
  private static func length(_ length: Int) -> Code {
    switch length {
    case ..<Whack.minimumMatch: return (0, 255)
    case 3: return (0b10, 2)
    case 4: return (0b110, 3)
    case 5...6: return (0b11100 | UInt32(length - 5), 5)
    default: break
    }
    var group = WhackLengthGroups()
    var code: UInt32 = 0b111100
    var rest = length - WhackLengthGroups.firstLength
    while rest >= group.size {
      rest -= group.size
      code = (code + UInt32(group.size)) << 1
      group.advance()
    }
    return (code + UInt32(rest), UInt32(group.bitCount))
  }

  /// What to add to a distance less one that begins with so many zero bits, to get its code.
  private static func distance(_ leadingZeroBitCount: Int) -> Code {
    let width = UInt32(UInt32.bitWidth - leadingZeroBitCount)
    switch width {
    case ...7: return (0, 9)
    case 8...12: return ((width - 7) << (width - 1), width + 2)
    default: return ((width < 14 ? 13 : 14) << (width - 1), width + 3)
    }
  }
}

/// The bits of a stream as they are written.
///
/// Works on plain memory, without a check for each byte. It is safe because the encoder makes room
/// for 11 bits for each byte of the block, which is the most that a literal takes, and a match takes
/// less, and for the eight bytes that are stored at a time; and because it asks for no match that
/// is longer than the longest.
@safe
struct WhackBits {
  private let output: UnsafeMutableRawBufferPointer
  private let lengths: UnsafeBufferPointer<UInt32>
  private let distances: UnsafeBufferPointer<UInt32>
  /// Whole bytes written.
  private var count = 0
  private var window: UInt64 = 0
  /// Bits of the window that are not written.
  private var pending: UInt64 = 0
  private var history = UInt32(Whack.historyMask)

  init(
    output: UnsafeMutableRawBufferPointer, lengths: UnsafeBufferPointer<UInt32>,
    distances: UnsafeBufferPointer<UInt32>
  ) {
    unsafe self.output = output
    unsafe self.lengths = lengths
    unsafe self.distances = distances
  }

  /// Appends a literal.
  @inline(__always)
  mutating func literal(_ byte: UInt8) {
    let isRare = Whack.isRare(byte)
    // Conditions that are no branches: nobody could foresee them.
    let code = UInt64(isRare ? byte &+ 64 : byte)
    let bitCount: UInt64 = isRare ? (code < 96 ? 10 : 11) : 8
    let isRareLikely = history != 0
    put(isRareLikely ? UInt64(byte) : code, isRareLikely ? 9 : bitCount)
    history = (history &<< 1 | (isRare ? 1 : 0)) & UInt32(Whack.historyMask)
    drain()
  }

  /// Appends a run of literals.
  @inline(__always)
  mutating func literals(of search: WhackSearch, from start: Int, to end: Int) {
    var position = start
    while position < end {
      literal(search.byte(position))
      position &+= 1
    }
  }

  /// Appends a match.
  @inline(__always)
  mutating func match(_ match: WhackSearch.Match) {
    let length = unsafe UInt64(lengths[match.length])
    put(length &>> 8, length & 255)
    let distance = UInt32(truncatingIfNeeded: match.distance &- 1)
    let code = unsafe UInt64(distances[distance.leadingZeroBitCount])
    put(code &>> 8 &+ UInt64(distance), code & 255)
    drain()
  }

  /// How many bits a match is shorter than common literals.
  @inline(__always)
  func saving(of match: WhackSearch.Match) -> Int {
    let distance = UInt32(truncatingIfNeeded: match.distance &- 1)
    let length = unsafe lengths[match.length] & 255
    let code = unsafe distances[distance.leadingZeroBitCount] & 255
    return 8 &* match.length &- Int(length &+ code)
  }

  /// Appends the last bits, padded with zeros to a byte.
  ///
  /// - Returns: the bytes of the stream.
  mutating func finish() -> Int {
    if pending > 0 {
      put(0, 8 &- pending)
      drain()
    }
    return count
  }

  @inline(__always)
  private mutating func put(_ bits: UInt64, _ bitCount: UInt64) {
    window = window &<< bitCount | bits
    pending &+= bitCount
  }

  /// Writes all whole bytes, so that fewer than 8 bits stay behind.
  @inline(__always)
  private mutating func drain() {
    let word = (window &<< (64 &- pending)).bigEndian
    unsafe output.storeBytes(of: word, toByteOffset: count, as: UInt64.self)
    count &+= Int(truncatingIfNeeded: pending &>> 3)
    pending &= 7
  }
}
