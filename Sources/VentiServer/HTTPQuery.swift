/// A request for a web page.
package struct HTTPQuery: Sendable, Equatable {
  /// What is asked for, as it was written: `/index`.
  package let path: String
  /// The parameters.
  package let parameters: [String: String]
  /// Whether it comes from this machine, and is no work of another site's page.
  package let isTrusted: Bool

  /// Splits the target of a request.
  package init(target: String, isTrusted: Bool) {
    let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    path = String(parts[0])
    var parameters: [String: String] = [:]
    for field in parts.count == 2 ? parts[1].split(separator: "&") : [] {
      let pair = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      parameters[Self.decode(pair[0])] = pair.count == 2 ? Self.decode(pair[1]) : ""
    }
    self.parameters = parameters
    self.isTrusted = isTrusted
  }

  /// Undoes `%2f` and `+`.
  private static func decode(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), let value = value(ofDigits: rest.prefix(2)) {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The byte that two hexadecimal digits stand for; UInt8 would take a sign for one.
  private static func value(ofDigits digits: ArraySlice<UInt8>) -> UInt8? {
    guard digits.count == 2, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else {
      return nil
    }
    return UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
  }
}
