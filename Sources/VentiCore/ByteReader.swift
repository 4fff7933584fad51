/// A cursor over bytes from outside that checks every step.
///
/// Integers are big-endian, as everywhere in venti. No other code touches byte order when
/// reading.
public struct ByteReader: ~Escapable {
  private let bytes: RawSpan
  private let subject: StaticString

  /// How many bytes have been read: the position in errors.
  public private(set) var offset = 0

  /// Reads `bytes`; errors name `subject`.
  @_lifetime(copy bytes)
  public init(_ bytes: RawSpan, of subject: StaticString) {
    self.bytes = bytes
    self.subject = subject
  }

  /// Bytes not read yet.
  public var remaining: Int { bytes.byteCount - offset }

  /// Reads one byte.
  @_lifetime(self: copy self)
  public mutating func uint8() throws(FormatError) -> UInt8 {
    try load(as: UInt8.self)
  }

  /// Reads a 16-bit integer.
  @_lifetime(self: copy self)
  public mutating func uint16() throws(FormatError) -> UInt16 {
    try load(as: UInt16.self)
  }

  /// Reads a 32-bit integer.
  @_lifetime(self: copy self)
  public mutating func uint32() throws(FormatError) -> UInt32 {
    try load(as: UInt32.self)
  }

  /// Reads a 48-bit integer.
  @_lifetime(self: copy self)
  public mutating func uint48() throws(FormatError) -> UInt64 {
    try need(6)
    let high = try UInt64(uint16())
    return try high << 32 | UInt64(uint32())
  }

  /// Reads a 64-bit integer.
  @_lifetime(self: copy self)
  public mutating func uint64() throws(FormatError) -> UInt64 {
    try load(as: UInt64.self)
  }

  /// Reads a score, 20 bytes.
  @_lifetime(self: copy self)
  public mutating func score() throws(FormatError) -> Score {
    try need(Score.byteCount)
    return try Score(words: uint64(), uint64(), uint32())
  }

  /// Reads `count` bytes as a span of the same memory.
  @_lifetime(copy self)
  @_lifetime(self: copy self)
  public mutating func span(_ count: Int) throws(FormatError) -> RawSpan {
    try need(count)
    defer { offset += count }
    return bytes.extracting(offset..<offset + count)
  }

  /// Reads `count` bytes as an array of their own.
  @_lifetime(self: copy self)
  public mutating func array(_ count: Int) throws(FormatError) -> [UInt8] {
    let bytes = try span(count)
    return [UInt8](capacity: count) { output in
      for index in 0..<count {
        output.append(unsafe bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self))
      }
    }
  }

  /// Passes over `count` bytes.
  @_lifetime(self: copy self)
  public mutating func skip(_ count: Int) throws(FormatError) {
    try need(count)
    offset += count
  }

  /// An error about the field that begins `back` bytes before the cursor.
  public func invalid(back: Int = 0, found: String, expected: String) -> FormatError {
    .invalid(
      subject: "\(subject)", offset: offset - back, found: found, expected: expected)
  }

  @_lifetime(self: copy self)
  private mutating func load<Word: FixedWidthInteger & BitwiseCopyable>(
    as type: Word.Type
  ) throws(FormatError) -> Word {
    let count = MemoryLayout<Word>.size
    try need(count)
    defer { offset += count }
    // `need` has checked the bounds.
    return unsafe Word(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: type))
  }

  private func need(_ count: Int) throws(FormatError) {
    guard count >= 0, count <= remaining else {
      throw .truncated(
        subject: "\(subject)", offset: offset, needed: count, available: remaining)
    }
  }
}
