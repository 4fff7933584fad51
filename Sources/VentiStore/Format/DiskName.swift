internal import VentiCore

/// The name of an arena, a section or an index: 64 bytes, text and then zeros.
public enum DiskName {
  /// Bytes of the field.
  public static let byteCount = 64
  /// The most bytes of text; the last byte of the field is always zero.
  public static let maximumTextCount = byteCount - 1

  /// Whether `text` can stand in a name field and in a text table.
  ///
  /// The reference's advice against tabs, newlines, blanks and `#` is a rule here.
  public static func isValid(_ text: String) -> Bool {
    (1...maximumTextCount).contains(text.utf8.count)
      && text.utf8.allSatisfy { (0x21...0x7e).contains($0) && $0 != UInt8(ascii: "#") }
  }
}

extension ByteReader {
  /// The greatest offset or size that is believed: no sum of a few of them overflows.
  private static var sizeLimit: UInt64 { 1 << 56 }

  /// Reads a magic number.
  @_lifetime(self: copy self)
  mutating func magic(_ expected: UInt32) throws(FormatError) {
    let found = try uint32()
    guard found == expected else {
      throw invalid(back: 4, found: "magic \(hexadecimal(found))", expected: hexadecimal(expected))
    }
  }

  /// Reads a 32-bit number of bytes or of things.
  @_lifetime(self: copy self)
  mutating func count32() throws(FormatError) -> Int { try Int(uint32()) }

  /// Reads a 64-bit offset or size.
  @_lifetime(self: copy self)
  mutating func size64() throws(FormatError) -> Int {
    let found = try uint64()
    guard found <= Self.sizeLimit else {
      throw invalid(back: 8, found: "\(found)", expected: "at most \(Self.sizeLimit)")
    }
    return Int(found)
  }

  /// Reads the size of a disk block.
  @_lifetime(self: copy self)
  mutating func blockSize() throws(FormatError) -> Int {
    let found = try count32()
    guard PartitionLayout.isBlockSize(found) else {
      throw invalid(
        back: 4, found: "block size \(found)",
        expected: "a power of two from \(PartitionLayout.minimumBlockSize) "
          + "to \(PartitionLayout.maximumBlockSize)")
    }
    return found
  }

  /// Reads a name field.
  @_lifetime(self: copy self)
  mutating func name() throws(FormatError) -> String {
    let field = try array(DiskName.byteCount)
    let text = field.prefix { $0 != 0 }
    guard text.count < field.count, text.allSatisfy({ (0x20...0x7e).contains($0) }) else {
      throw invalid(
        back: DiskName.byteCount, found: quoted(String(decoding: text, as: UTF8.self)),
        expected: "a name of at most \(DiskName.maximumTextCount) printable characters")
    }
    return String(decoding: text, as: UTF8.self)
  }
}

extension ByteWriter {
  /// Appends a name field.
  ///
  /// - Precondition: `text` is at most 63 bytes long.
  mutating func name(_ text: String) {
    precondition(text.utf8.count <= DiskName.maximumTextCount)
    let end = bytes.count + DiskName.byteCount
    raw(text.utf8)
    pad(to: end)
  }
}
