import NIOHTTP1

/// A request for a web page.
struct HTTPQuery: Sendable, Equatable {
  /// What is asked for, as it was written: `/index`.
  let path: String
  /// The parameters.
  let parameters: [String: String]
  /// Whether it comes from this machine, and is no work of another site's page.
  let isTrusted: Bool

  /// Splits the target of a request.
  init(target: String, isTrusted: Bool) {
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
      if byte == UInt8(ascii: "%"), rest.count >= 2,
        let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// An answer to a request.
struct HTTPPage: Sendable, Equatable {
  var status = HTTPResponseStatus.ok
  var type = "text/plain; charset=utf-8"
  /// Headers besides those that every answer has.
  var headers: [String: String] = [:]
  var text: String

  /// Nothing is there.
  static func notFound(_ path: String) -> HTTPPage {
    HTTPPage(
      status: .notFound, type: "text/html",
      text: """
        <head><title>Object not found</title></head>
        <body><h1>Object not found</h1>
        The object \(escape(path)) does not exist on this server.</body>

        """)
  }

  /// Only for reading.
  static let methodNotAllowed = HTTPPage(
    status: .methodNotAllowed, headers: ["Allow": "GET, HEAD"], text: "method not allowed\n")

  /// Not for this client, or for nobody.
  static func forbidden(_ reason: String) -> HTTPPage {
    HTTPPage(status: .forbidden, text: reason + "\n")
  }

  /// Only for this machine.
  static let untrusted = forbidden("only answered to this machine, and to no other site's page")

  /// Something went wrong, or is not ready.
  static func unavailable(_ reason: String) -> HTTPPage {
    HTTPPage(status: .serviceUnavailable, text: reason + "\n")
  }

  /// Text as HTML.
  private static func escape(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      default: result.append(character)
      }
    }
  }
}
