internal import VentiCore

/// A value of JSON, as far as our own pages need it.
enum JSONValue: Equatable, Sendable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  /// The text of a string, between quotes.
  static func quote(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// The member of an object, as text; nil when it is none.
  func text(_ name: String) -> String? {
    guard case .object(let members) = self, case .string(let text) = members[name] else {
      return nil
    }
    return text
  }
}

/// Reads a text of JSON (RFC 8259).
struct JSONParser {
  private static let depthLimit = 32

  private let bytes: [UInt8]
  private var position = 0

  private init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// Reads a whole text.
  static func parse(_ bytes: [UInt8]) throws(FormatError) -> JSONValue {
    var parser = JSONParser(bytes)
    let value = try parser.value(depth: 0)
    parser.skipBlanks()
    guard parser.position == bytes.count else { throw parser.invalid("the end") }
    return value
  }

  private func invalid(_ expected: String) -> FormatError {
    let found = position < bytes.count ? quoted(String(UnicodeScalar(bytes[position]))) : "the end"
    return .invalid(subject: "json", offset: position, found: found, expected: expected)
  }

  private mutating func skipBlanks() {
    while position < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[position]) {
      position += 1
    }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipBlanks()
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func need(_ character: Unicode.Scalar) throws(FormatError) {
    guard take(character) else { throw invalid("'\(character)'") }
  }

  private mutating func value(depth: Int) throws(FormatError) -> JSONValue {
    guard depth < Self.depthLimit else { throw invalid("fewer levels") }
    skipBlanks()
    guard position < bytes.count else { throw invalid("a value") }
    switch bytes[position] {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    default: return try word()
    }
  }

  private mutating func object(depth: Int) throws(FormatError) -> JSONValue {
    try need("{")
    var members: [String: JSONValue] = [:]
    if take("}") { return .object(members) }
    repeat {
      skipBlanks()
      let name = try string()
      try need(":")
      members[name] = try value(depth: depth + 1)
    } while take(",")
    try need("}")
    return .object(members)
  }

  private mutating func array(depth: Int) throws(FormatError) -> JSONValue {
    try need("[")
    var values: [JSONValue] = []
    if take("]") { return .array(values) }
    repeat { values.append(try value(depth: depth + 1)) } while take(",")
    try need("]")
    return .array(values)
  }

  private mutating func word() throws(FormatError) -> JSONValue {
    let word = String(
      decoding: bytes[position...].prefix {
        $0 > 0x20 && ![UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}")].contains($0)
      }, as: UTF8.self)
    let value: JSONValue? =
      switch word {
      case "null": .null
      case "true": .bool(true)
      case "false": .bool(false)
      default: Double(word).map(JSONValue.number)
      }
    guard let value else { throw invalid("a value") }
    position += word.utf8.count
    return value
  }

  private mutating func string() throws(FormatError) -> String {
    try need("\"")
    var text: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"): text += String(try escape()).utf8
      default: text.append(byte)
      }
    }
    throw invalid("'\"'")
  }

  private mutating func escape() throws(FormatError) -> Unicode.Scalar {
    guard position < bytes.count else { throw invalid("an escape") }
    let simple: [UInt8: Unicode.Scalar] = [
      UInt8(ascii: "\""): "\"", UInt8(ascii: "\\"): "\\", UInt8(ascii: "/"): "/",
      UInt8(ascii: "b"): "\u{8}", UInt8(ascii: "f"): "\u{c}", UInt8(ascii: "n"): "\n",
      UInt8(ascii: "r"): "\r", UInt8(ascii: "t"): "\t",
    ]
    let byte = bytes[position]
    position += 1
    if let scalar = simple[byte] { return scalar }
    guard byte == UInt8(ascii: "u") else { throw invalid("an escape") }
    let high = try unit()
    if let scalar = Unicode.Scalar(high) { return scalar }
    // The first half of a pair.
    guard high < 0xdc00, bytes[position...].starts(with: Array("\\u".utf8)) else {
      throw invalid("the second half of a pair")
    }
    position += 2
    let low = try unit()
    guard (0xdc00..<0xe000).contains(low),
      let scalar = Unicode.Scalar(0x10000 + (high - 0xd800) << 10 + (low - 0xdc00))
    else { throw invalid("the second half of a pair") }
    return scalar
  }

  private mutating func unit() throws(FormatError) -> UInt32 {
    let digits = String(decoding: bytes[position...].prefix(4), as: UTF8.self)
    guard digits.utf8.count == 4, digits.allSatisfy(\.isHexDigit),
      let value = UInt32(digits, radix: 16)
    else { throw invalid("four hexadecimal digits") }
    position += 4
    return value
  }
}
