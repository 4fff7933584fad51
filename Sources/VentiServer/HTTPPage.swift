import NIOHTTP1

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

  /// What there is to be read, for people.
  static let front: HTTPPage = {
    let pages = [
      ("index", "the store: its index, arenas and blocks"), ("storage", "how full it is"),
      ("roots", "its archives, as JSON"), ("healthz", "whether it works"),
      ("metrics", "numbers for Prometheus"), ("stats", "the server's own numbers, for people"),
      ("xindex", "/index as XML"),
    ]
    let items = pages.map { "<li><a href=\"/\($0)\">/\($0)</a>: \($1)\n" }.joined()
    return HTTPPage(
      type: "text/html; charset=utf-8",
      text: "<!DOCTYPE html>\n<title>venti</title>\n<h1>venti</h1>\n<ul>\n\(items)</ul>\n")
  }()

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
