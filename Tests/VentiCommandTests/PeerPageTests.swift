import SystemPackage
import TestSupport
import Testing

/// The web pages that scripts take apart, beside those of plan9port's server on the same store.
///
/// Not those that are not there: after these its server keeps a connection of HTTP/1.0 open.
@Suite(.plan9, .timeLimit(.minutes(2)))
struct PeerPageTests {
  private static let paths = [
    "/index", "/storage", "/xindex", "/index?x=y", "/set?name=compress", "/set?name=nosuch",
    "/flushicache", "/flushdcache", "/kickicache", "/kickdcache", "/empty", "/emptyicache",
    "/emptylumpcache", "/emptydcache",
  ]

  /// What a server says: status, type and body.
  ///
  /// Its name and the time are its own.
  private static func pages(port: UInt16) throws -> [String] {
    try paths.map { path in
      let socket = try RawSocket.connect(port: port)
      try socket.send(Array("GET \(path) HTTP/1.0\r\n\r\n".utf8))
      let answer = String(decoding: try socket.receiveAll(), as: UTF8.self)
      let lines = answer.split(separator: "\r\n", omittingEmptySubsequences: false)
      let status = lines[0].split(separator: " ").dropFirst().first ?? ""
      let type = lines.first { $0.lowercased().hasPrefix("content-type: ") }
      let body = lines.drop { !$0.isEmpty }.dropFirst().joined(separator: "\r\n")
      return "\(path) \(status) \(type?.dropFirst(14) ?? "")\n\(body)"
    }
  }

  @Test("the pages are the same, byte for byte")
  func samePages() throws {
    let temporary = try TemporaryDirectory()
    let store = try StoreFixture.store.unpack(into: temporary.path)
    let first = try StoreServer(store, options: [])
    // One arena still lacks its seal.
    _ = try Self.pages(port: first.pagePort)
    try first.stop()
    let peer = try Plan9port.Server(Plan9port(), store)
    let theirs = try Self.pages(port: peer.pagePort)
    try peer.stop()
    // Theirs runs in the store's directory, and ours names files from the root.
    let server = try StoreServer(store)
    let ours = try Self.pages(port: server.pagePort).map { $0.replacing("\(store)/", with: "") }
    for (our, their) in zip(ours, theirs) { #expect(our == their) }
  }
}
