internal import Posix
internal import SystemPackage
internal import VentiCore

/// A question to a server's web pages.
package struct HTTPQuery: Sendable {
  private static let seconds = 30
  /// The most bytes of an answer: far more than the list of a million archives takes.
  private static let byteLimit = 1 << 28

  private let host: String
  private let port: UInt16

  /// Names a server.
  package init(host: String, port: UInt16) {
    self.host = host
    self.port = port
  }

  private var name: String { "http://\(host):\(port)" }

  /// Fetches a page: GET by HTTP/1.0, which has no pieces and no connection that stays.
  package func get(_ path: String) throws(ToolError) -> [UInt8] {
    let answer = try exchange(
      "GET \(path) HTTP/1.0\r\nHost: \(host):\(port)\r\nAccept: application/json\r\n\r\n")
    guard answer.count < Self.byteLimit else {
      throw .answer(server: name + path, reason: "answer is longer than \(Self.byteLimit) bytes")
    }
    let (status, body) = try Self.split(answer, name + path)
    guard status == "200" else {
      throw .answer(server: name + path, reason: "status \(quoted(status))")
    }
    return body
  }

  private func exchange(_ request: String) throws(ToolError) -> [UInt8] {
    do {
      let connection = try StreamConnection(host: host, port: port, seconds: Self.seconds)
      try connection.write(request.utf8)
      return try connection.readAll(limit: Self.byteLimit)
    } catch StreamConnection.Failure.unknownHost(let reason) {
      throw .answer(server: name, reason: reason)
    } catch StreamConnection.Failure.system(let error) {
      throw .answer(server: name, reason: "\(error)")
    } catch {
      throw .answer(server: name, reason: "\(error)")
    }
  }

  /// The status and the body of an answer.
  package static func split(
    _ answer: [UInt8], _ server: String
  ) throws(ToolError) -> (status: String, body: [UInt8]) {
    let end = Array("\r\n\r\n".utf8)
    var start = 0
    while start + end.count <= answer.count, !answer[start...].starts(with: end) { start += 1 }
    let line = answer.prefix { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") }
    let fields = String(decoding: line, as: UTF8.self).split(separator: " ")
    guard start + end.count <= answer.count, fields.count >= 2, fields[0].hasPrefix("HTTP/") else {
      throw .answer(server: server, reason: "no answer of HTTP")
    }
    return (String(fields[1]), Array(answer[(start + end.count)...]))
  }
}
