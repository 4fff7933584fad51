/// A JSON object on one line, its members in the order in which they are added.
package struct JSONObject {
  private var members = ""

  package init() {}

  /// The object.
  package var text: String { "{\(members)}" }

  /// The rest of the object, after a member that is written apart.
  var rest: String { (members.isEmpty ? "" : ", ") + "\(members)}" }

  /// Adds a number.
  package mutating func add(_ name: String, _ value: Int) { add(name, literal: "\(value)") }

  /// Adds a number.
  package mutating func add(_ name: String, unsigned value: UInt64) {
    add(name, literal: "\(value)")
  }

  /// Adds a string.
  package mutating func add(_ name: String, _ value: String) {
    add(name, literal: "\"\(Self.escaped(value))\"")
  }

  /// Adds bytes as a string; where they are not UTF-8, also in hexadecimal, as `NAME_hex`.
  package mutating func add(_ name: String, bytes: [UInt8]) {
    if let text = String(validating: bytes, as: UTF8.self) { return add(name, text) }
    add(name, String(decoding: bytes, as: UTF8.self))
    add(name + "_hex", Self.hexadecimal(bytes))
  }

  private mutating func add(_ name: String, literal: String) {
    members += (members.isEmpty ? "" : ", ") + "\"\(name)\": \(literal)"
  }

  /// Bytes in hexadecimal.
  static func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 0x10 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// Text as it stands between quotes.
  static func escaped(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": escaped += "\\\(scalar)"
      case "\n": escaped += "\\n"
      case "\t": escaped += "\\t"
      case "\u{0}"..<" ":
        let digits = String(scalar.value, radix: 16)
        escaped += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}
