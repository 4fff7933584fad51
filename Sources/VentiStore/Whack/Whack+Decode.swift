package import VentiCore

extension Whack {
  /// Decodes a block of exactly `count` bytes.
  ///
  /// Never reads outside `input` nor writes outside the block, whatever the input.
  ///
  /// - Throws: `FormatError.invalid`, whose offset is a byte of the input, if `count` is over
  ///   57344, or the input is not a stream of that many bytes.
  package static func decode(_ input: RawSpan, count: Int) throws(FormatError) -> Block {
    guard (0...maximumByteCount).contains(count) else {
      throw .invalid(
        subject: "whack stream", offset: 0, found: "\(count) bytes to decode",
        expected: "at most \(maximumByteCount)")
    }
    return try Block(capacity: count) { output throws(FormatError) in
      try unsafe output.withUnsafeMutableBytes { memory, filled throws(FormatError) in
        try unsafe input.withUnsafeBytes { input throws(FormatError) in
          var decoder = unsafe WhackDecoder(input: input, output: memory)
          try decoder.run()
        }
        filled = count
      }
    }
  }
}

/// One run of the decoder.
///
/// Works on plain memory, without a check for each byte. It is safe because
/// `output` is written only after a comparison with its count, and `input` is read only in
/// `refill`, below its count.
@safe
private struct WhackDecoder {
  private let input: UnsafeRawBufferPointer
  private let output: UnsafeMutableRawBufferPointer
  private let inputCount: Int
  private let outputCount: Int
  /// Bytes of `input` that are in `window` whole.
  private var position = 0
  /// Bytes of `output` that are written.
  private var count = 0
  /// The next bits, from the top; zeros once the input has ended.
  private var window: UInt64 = 0
  /// How many bits of `window` count; negative once bits past the end have been used.
  private var available = 0
  /// One bit for each of the last four literals: whether it was rare.
  private var history = Whack.historyMask

  /// More bits than an item can have whose length fits a block.
  private static let itemBitLimit = 56
  private static let wordByteCount = 8
  /// The most literals that are taken together.
  private static let literalRunLimit = 7

  init(input: UnsafeRawBufferPointer, output: UnsafeMutableRawBufferPointer) {
    unsafe self.input = input
    unsafe self.output = output
    inputCount = input.count
    outputCount = output.count
  }

  /// Decodes items until less than the shortest of them, 8 bits, is left.
  @inline(__always)
  mutating func run() throws(FormatError) {
    try runWithRoom()
    while true {
      if available < Self.itemBitLimit { refill() }
      guard available >= 8 else { break }
      if isLiteral { try literal() } else { try match() }
    }
    guard available >= 0 else { throw invalid("the end in an item", "more bits") }
    guard count == outputCount else {
      throw invalid("the end after \(count) bytes", "\(outputCount) bytes")
    }
  }

  /// Decodes items as long as there is room for two rounds' worth of input and output.
  ///
  /// What the next item is cannot be foreseen, and a wrong guess costs as much as several items.
  /// So common literals are taken together, and what a short match is without branches.
  @inline(__always)
  private mutating func runWithRoom() throws(FormatError) {
    let lastCount = outputCount - 2 * Self.wordByteCount
    let lastPosition = inputCount - 2 * Self.wordByteCount
    while count <= lastCount, position <= lastPosition {
      refill()
      if history == 0 {
        let byteCount = commonLiterals()
        refill()
        if byteCount == Self.literalRunLimit { continue }
      }
      if isLiteral {
        try literal()
        if history != 0, isLiteral { try literal() }
      } else if window >> 60 != 0b1111 {
        try matchWithRoom()
      } else {
        try match()
      }
    }
  }

  private var isLiteral: Bool { Int64(bitPattern: window) >= 0 }

  /// Takes the common literals, up to seven, that come next: they are the bytes themselves.
  ///
  /// - Returns: how many there were.
  @inline(__always)
  private mutating func commonLiterals() -> Int {
    // The top bit of each byte: set where it is none of 32...127, and in the last one.
    let others = (window | ~(window &<< 1 | window &<< 2)) & 0x8080_8080_8080_8000 | 0x80
    let byteCount = others.leadingZeroBitCount >> 3
    unsafe output.storeBytes(of: window.bigEndian, toByteOffset: count, as: UInt64.self)
    count &+= byteCount
    skip(UInt64(byteCount) &<< 3)
    return byteCount
  }

  /// Decodes a match of at most six bytes, for which there is room.
  @inline(__always)
  private mutating func matchWithRoom() throws(FormatError) {
    // By the first five bits, a hexadecimal digit each: the length, and how many bits say it.
    let index = (window >> 59 & 15) << 2
    let length = Int(0x65_4444_3333_3333 >> index & 15)
    skip(0x55_3333_2222_2222 >> index & 15)
    let code = window >> 60
    let extraBitCount = code < 4 ? 5 : code < 14 ? code >> 1 &+ 4 : code &- 2
    let base = code < 4 ? code : code < 14 ? 2 | code & 1 : 1
    window = window &<< 4
    let distance = Int(base &<< extraBitCount | window &>> (64 &- extraBitCount)) &+ 1
    window = window &<< extraBitCount
    available &-= 4 &+ Int(extraBitCount)
    guard distance <= count else {
      throw invalid("distance \(distance)", "at most \(count)")
    }
    if distance >= Self.wordByteCount {
      // Some bytes too many, which the next items overwrite.
      let word = unsafe output.loadUnaligned(fromByteOffset: count &- distance, as: UInt64.self)
      unsafe output.storeBytes(of: word, toByteOffset: count, as: UInt64.self)
      count &+= length
    } else {
      copy(length, from: distance)
    }
  }

  @inline(__always)
  private mutating func skip(_ bitCount: UInt64) {
    window = window &<< bitCount
    available &-= Int(bitCount)
  }

  /// Fills the window from the input.
  @inline(__always)
  private mutating func refill() {
    if position + 8 <= inputCount {
      let word = unsafe UInt64(
        bigEndian: input.loadUnaligned(fromByteOffset: position, as: UInt64.self))
      // The bits below `available` that are there already are the same bits.
      window |= word >> UInt64(available)
      let bytes = (63 - available) >> 3
      position += bytes
      available += bytes << 3
    } else {
      while available <= Self.itemBitLimit, position < inputCount {
        window |= unsafe UInt64(input[position]) << UInt64(Self.itemBitLimit - available)
        position += 1
        available += 8
      }
    }
  }

  /// Takes the next `bitCount` bits, 1 to 63 of them.
  @inline(__always)
  private mutating func take(_ bitCount: Int) -> Int {
    let bits = Int(truncatingIfNeeded: window &>> UInt64(64 &- bitCount))
    window = window &<< UInt64(bitCount)
    available &-= bitCount
    return bits
  }

  @inline(__always)
  private mutating func literal() throws(FormatError) {
    guard count < outputCount else { throw tooLong() }
    var byte: UInt8
    if history != 0 {
      byte = UInt8(truncatingIfNeeded: take(9))
    } else {
      byte = UInt8(truncatingIfNeeded: take(8))
      if byte < 24 {
        byte = (byte << 2 | UInt8(take(2))) &- 64
      } else if byte < 32 {
        byte = (byte << 3 | UInt8(take(3))) &- 64
      }
    }
    history = (history << 1 | (Whack.isRare(byte) ? 1 : 0)) & Whack.historyMask
    unsafe output[count] = byte
    count &+= 1
  }

  @inline(__always)
  private mutating func match() throws(FormatError) {
    let length = try matchLength()
    let code = take(4)
    let distance: Int
    if code < 4 {
      distance = code << 5 + take(5) + 1
    } else if code < 14 {
      let extraBitCount = code >> 1 + 4
      distance = (2 + code & 1) << extraBitCount + take(extraBitCount) + 1
    } else {
      let extraBitCount = code - 2
      distance = 1 << extraBitCount + take(extraBitCount) + 1
    }
    guard distance <= count else {
      throw invalid("distance \(distance)", "at most \(count)")
    }
    guard length <= outputCount - count else { throw tooLong() }
    copy(length, from: distance)
  }

  @inline(__always)
  private mutating func matchLength() throws(FormatError) -> Int {
    let prefix = window >> 60
    if prefix < 0b1100 {
      _ = take(2)
      return 3
    }
    if prefix < 0b1110 {
      _ = take(3)
      return 4
    }
    if prefix == 0b1110 { return 5 + take(5) & 1 }
    return try longMatchLength()
  }

  private mutating func longMatchLength() throws(FormatError) -> Int {
    _ = take(4)
    var code = take(2)
    var length = WhackLengthGroups.firstLength
    var group = WhackLengthGroups()
    while code >= group.size {
      length += group.size
      code = (code - group.size) << 1 | take(1)
      group.advance()
      // Ends the loop before it has used more bits than the window holds.
      guard length <= Whack.maximumByteCount else { throw tooLong() }
    }
    return length + code
  }

  /// Repeats `length` bytes from `distance` bytes before; the two may overlap.
  @inline(__always)
  private mutating func copy(_ length: Int, from distance: Int) {
    let end = count + length
    if distance >= 8, end + 8 <= outputCount {
      // Up to seven bytes too many, which the next item overwrites.
      while count < end {
        let word = unsafe output.loadUnaligned(
          fromByteOffset: count &- distance, as: UInt64.self)
        unsafe output.storeBytes(of: word, toByteOffset: count, as: UInt64.self)
        count &+= 8
      }
      count = end
    } else {
      while count < end {
        unsafe output[count] = output[count &- distance]
        count &+= 1
      }
    }
  }

  @inline(never)
  private func tooLong() -> FormatError {
    invalid("more than \(outputCount) bytes", "\(outputCount) bytes")
  }

  @inline(never)
  private func invalid(_ found: String, _ expected: String) -> FormatError {
    .invalid(subject: "whack stream", offset: position, found: found, expected: expected)
  }
}
