/// Appends the fields of a structure to an array of bytes, integers big-endian.
///
/// No other code touches byte order when writing.
public struct ByteWriter: Sendable {
  /// What has been written.
  public private(set) var bytes: [UInt8] = []

  /// Starts with no bytes, and room for `capacity`.
  public init(capacity: Int = 0) {
    bytes.reserveCapacity(capacity)
  }

  // Integers go byte by byte: to append their memory takes twice as long.

  /// Appends one byte.
  public mutating func uint8(_ value: UInt8) { bytes.append(value) }

  /// Appends a 16-bit integer.
  public mutating func uint16(_ value: UInt16) {
    bytes.append(UInt8(value >> 8))
    bytes.append(UInt8(truncatingIfNeeded: value))
  }

  /// Appends a 32-bit integer.
  public mutating func uint32(_ value: UInt32) {
    bytes.append(UInt8(value >> 24))
    bytes.append(UInt8(truncatingIfNeeded: value >> 16))
    bytes.append(UInt8(truncatingIfNeeded: value >> 8))
    bytes.append(UInt8(truncatingIfNeeded: value))
  }

  /// Appends the low 48 bits of an integer.
  public mutating func uint48(_ value: UInt64) {
    precondition(value < 1 << 48)
    uint16(UInt16(value >> 32))
    uint32(UInt32(truncatingIfNeeded: value))
  }

  /// Appends a 64-bit integer.
  public mutating func uint64(_ value: UInt64) {
    uint32(UInt32(value >> 32))
    uint32(UInt32(truncatingIfNeeded: value))
  }

  /// Appends a score.
  public mutating func score(_ value: Score) {
    let (high, middle, low) = value.words
    uint64(high)
    uint64(middle)
    uint32(low)
  }

  /// Appends bytes as they are.
  public mutating func raw(_ value: some Sequence<UInt8>) {
    bytes.append(contentsOf: value)
  }

  /// Appends bytes as they are.
  public mutating func raw(_ value: RawSpan) {
    unsafe value.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
  }

  /// Appends what `body` appends, after its length in 16 bits.
  ///
  /// - Precondition: that is at most 65535 bytes.
  public mutating func counted(_ body: (inout ByteWriter) -> Void) {
    let start = bytes.count
    uint16(0)
    body(&self)
    let count = UInt16(bytes.count - start - 2)
    bytes[start] = UInt8(count >> 8)
    bytes[start + 1] = UInt8(truncatingIfNeeded: count)
  }

  /// Runs `body` with what has been written, without copying it.
  public func withBytes<Result, Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(unsafe bytes.span.bytes)
  }

  /// Starts again with no bytes, in the same memory.
  public mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

  /// Appends zeros until there are `count` bytes in all.
  public mutating func pad(to count: Int) {
    precondition(bytes.count <= count)
    bytes.append(contentsOf: [UInt8](repeating: 0, count: count - bytes.count))
  }
}
