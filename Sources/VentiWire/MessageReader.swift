import VentiCore

/// A cursor over the body of one message: its type, its tag, then the fields.
///
/// Whatever is wrong in a field becomes a `WireError` that knows the tag, so that a server can
/// answer the call that it cannot read.
struct MessageReader: ~Escapable {
  let type: UInt8
  let tag: UInt8
  private var reader: ByteReader

  /// Reads type and tag.
  @_lifetime(copy body)
  init(_ body: RawSpan) throws(WireError) {
    reader = ByteReader(body, of: "message")
    do throws(FormatError) {
      type = try reader.uint8()
      tag = try reader.uint8()
    } catch {
      throw .malformed(error, tag: nil)
    }
  }

  /// Bytes not read yet.
  var remaining: Int { reader.remaining }

  @_lifetime(self: copy self)
  mutating func uint8() throws(WireError) -> UInt8 {
    do throws(FormatError) { return try reader.uint8() } catch { throw malformed(error) }
  }

  @_lifetime(self: copy self)
  mutating func uint16() throws(WireError) -> UInt16 {
    do throws(FormatError) { return try reader.uint16() } catch { throw malformed(error) }
  }

  @_lifetime(self: copy self)
  mutating func uint32() throws(WireError) -> UInt32 {
    do throws(FormatError) { return try reader.uint32() } catch { throw malformed(error) }
  }

  @_lifetime(self: copy self)
  mutating func score() throws(WireError) -> Score {
    do throws(FormatError) { return try reader.score() } catch { throw malformed(error) }
  }

  @_lifetime(self: copy self)
  mutating func skip(_ count: Int) throws(WireError) {
    do throws(FormatError) { try reader.skip(count) } catch { throw malformed(error) }
  }

  /// Reads a block type; only those that mean something pass.
  @_lifetime(self: copy self)
  mutating func blockType() throws(WireError) -> BlockType {
    let value = try uint8()
    guard let type = BlockType(wireValue: value) else {
      throw invalid(back: 1, found: "block type \(value)", expected: "1 to 9 or 13")
    }
    return type
  }

  /// Reads a string: two bytes of length, then UTF-8.
  ///
  /// What is not UTF-8 is repaired.
  @_lifetime(self: copy self)
  mutating func text() throws(WireError) -> String {
    let count = try Int(uint16())
    guard count <= WireLimits.textByteCount else {
      throw invalid(
        back: 2, found: "string of \(count) bytes", expected: "at most \(WireLimits.textByteCount)")
    }
    return String(decoding: try bytes(count), as: UTF8.self)
  }

  /// Reads one byte of length, then that many bytes.
  @_lifetime(self: copy self)
  mutating func blob() throws(WireError) -> [UInt8] {
    try bytes(Int(uint8()))
  }

  /// Reads the rest of the message as a block.
  @_lifetime(self: copy self)
  mutating func data() throws(WireError) -> Block {
    guard remaining <= WireLimits.dataByteCount else {
      throw invalid(
        found: "\(remaining) bytes of data", expected: "at most \(WireLimits.dataByteCount)")
    }
    do throws(FormatError) {
      return Block(copying: try reader.span(reader.remaining))
    } catch {
      throw malformed(error)
    }
  }

  /// Makes sure that nothing is left over.
  func end() throws(WireError) {
    guard remaining == 0 else {
      throw invalid(found: "\(remaining) more bytes", expected: "the end")
    }
  }

  /// An error about the field that begins `back` bytes before the cursor.
  func invalid(back: Int = 0, found: String, expected: String) -> WireError {
    malformed(reader.invalid(back: back, found: found, expected: expected))
  }

  @_lifetime(self: copy self)
  private mutating func bytes(_ count: Int) throws(WireError) -> [UInt8] {
    do throws(FormatError) { return try reader.array(count) } catch { throw malformed(error) }
  }

  private func malformed(_ error: FormatError) -> WireError { .malformed(error, tag: tag) }
}

extension ByteWriter {
  /// Appends a string: two bytes of length, then UTF-8, cut at the last character that fits.
  mutating func text(_ text: String) {
    var bytes: [UInt8] = []
    for character in text {
      guard bytes.count + character.utf8.count <= WireLimits.textByteCount else { break }
      bytes.append(contentsOf: character.utf8)
    }
    uint16(UInt16(bytes.count))
    raw(bytes)
  }

  /// Appends one byte of length, then `bytes`, of which there are at most 255.
  mutating func blob(_ bytes: [UInt8]) {
    uint8(UInt8(bytes.count))
    raw(bytes)
  }
}
