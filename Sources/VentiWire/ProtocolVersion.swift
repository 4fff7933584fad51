import VentiCore

/// A version of the protocol.
///
/// The two differ in the size of a frame's length, and so in the largest message.
public enum ProtocolVersion: String, Sendable, CaseIterable {
  /// The newer one: lengths of 4 bytes.
  case v04 = "04"
  /// The older one: lengths of 2 bytes, messages of at most 65535 bytes.
  case v02 = "02"

  /// Bytes of the length that stands before each message.
  public var lengthByteCount: Int {
    switch self {
    case .v04: 4
    case .v02: 2
    }
  }

  /// Bytes of the largest message that is taken in or sent.
  public var bodyByteCount: Int {
    switch self {
    case .v04: WireLimits.bodyByteCount
    case .v02: Int(UInt16.max)
    }
  }

  /// Bytes of the largest block that one reply can carry.
  public var readByteCount: Int { min(bodyByteCount - 2, WireLimits.dataByteCount) }

  /// Reads the length at the start of a frame: the bytes of the message that follows it.
  ///
  /// - Returns: nil while `bytes` holds less than a whole length.
  /// - Throws: `WireError.tooLong` when the message is longer than `bodyByteCount`.
  public func bodyCount(in bytes: RawSpan) throws(WireError) -> Int? {
    guard bytes.byteCount >= lengthByteCount else { return nil }
    let count = try readLength(bytes)
    guard count <= bodyByteCount else { throw .tooLong(count: count, limit: bodyByteCount) }
    return count
  }

  /// Appends the length of a message of `count` bytes.
  ///
  /// - Throws: `WireError.tooLong` when no message may have that many.
  func writeLength(_ count: Int, to writer: inout ByteWriter) throws(WireError) {
    guard count <= bodyByteCount else { throw .tooLong(count: count, limit: bodyByteCount) }
    switch self {
    case .v04: writer.uint32(UInt32(count))
    case .v02: writer.uint16(UInt16(count))
    }
  }

  private func readLength(_ bytes: RawSpan) throws(WireError) -> Int {
    do throws(FormatError) {
      var reader = ByteReader(bytes, of: "frame")
      switch self {
      case .v04: return try Int(reader.uint32())
      case .v02: return try Int(reader.uint16())
      }
    } catch {
      throw .malformed(error, tag: nil)
    }
  }
}
