import Posix
import TestSupport
import Testing
import VentiServer
import VentiWire

/// How the server of web pages treats those who ask.
@Suite(.timeLimit(.minutes(1)))
struct HTTPServerTests {
  @Test("only GET and HEAD are allowed", arguments: ["POST", "PUT", "DELETE", "OPTIONS"])
  func methods(method: String) throws {
    let test = try PagesUnderTest()
    defer { test.stop() }
    let answer = try test.get("/flushicache", method: method)
    #expect(answer.status == "405")
    #expect(answer["Allow"] == "GET, HEAD")
    #expect(test.pages.indexFlushes == 0)
  }

  @Test("HEAD is answered with the headers of GET, and no body")
  func head() throws {
    let test = try PagesUnderTest()
    defer { test.stop() }
    let page = try test.get("/index")
    let head = try test.get("/index", method: "HEAD")
    #expect(head.status == "200")
    #expect(head["Content-Length"] == "\(page.body.utf8.count)")
    #expect(head.body == "")
    #expect(head["Date"]?.hasSuffix(" GMT") == true)
  }

  @Test("a connection of HTTP/1.1 stays, for one request after the other or several at once")
  func keepsAlive() throws {
    let test = try PagesUnderTest()
    defer { test.stop() }
    let socket = try RawSocket.connect(port: test.port)
    let request = Array("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)
    for count in [1, 1, 5] {
      for _ in 0..<count { try socket.send(request) }
      for _ in 0..<count {
        var text: [UInt8] = []
        while !text.ends(with: "\r\n\r\nok\n".utf8) { text += try socket.receive(1) }
        #expect(text.starts(with: "HTTP/1.1 200 OK\r\n".utf8))
      }
    }
  }

  /// What may be too long in a request.
  enum Part: CaseIterable { case target, header, body }

  @Test("a request that is too long ends its connection", arguments: Part.allCases)
  func tooLong(part: Part) throws {
    let test = try PagesUnderTest()
    defer { test.stop() }
    let filling = String(repeating: "a", count: 20_000)
    let request =
      switch part {
      case .target: "GET /\(filling) HTTP/1.1\r\n\r\n"
      case .header: "GET / HTTP/1.1\r\nX: \(filling)\r\n\r\n"
      case .body: "POST / HTTP/1.1\r\nContent-Length: 20000\r\n\r\n\(filling)"
      }
    let socket = try RawSocket.connect(port: test.port)
    // The connection may end before all of it is sent.
    try? socket.send(Array(request.utf8))
    #expect(socket.seesEnd())
    #expect(try test.get("/healthz").status == "200")
  }

  @Test("who speaks no HTTP is told so, and cut off")
  func noHTTP() throws {
    let test = try PagesUnderTest()
    defer { test.stop() }
    let socket = try RawSocket.connect(port: test.port)
    try socket.send(Array("venti-04:02-x\n\r\n\r\n".utf8))
    let answer = Answer(String(decoding: try socket.receiveAll(), as: UTF8.self))
    #expect(answer.status == "400")
  }

  @Test("who asks nothing in time is cut off", arguments: ["", "GET / HT"])
  func slow(start: String) throws {
    var options = ServerOptions()
    options.pageSeconds = 0.2
    let test = try PagesUnderTest(nil, options)
    defer { test.stop() }
    let socket = try RawSocket.connect(port: test.port)
    try socket.send(Array(start.utf8))
    #expect(socket.seesEnd())
  }

  @Test("connections beyond the limit are closed")
  func tooMany() throws {
    var options = ServerOptions()
    options.pageConnections = 1
    let test = try PagesUnderTest(nil, options)
    defer { test.stop() }
    let first = try RawSocket.connect(port: test.port)
    let request = Array("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)
    try first.send(request)
    #expect(try first.receive(1) == [UInt8(ascii: "H")])
    let second = try RawSocket.connect(port: test.port)
    try? second.send(request)
    #expect(second.seesEnd())
  }

  @Test("stopping closes the connections that are open")
  func stops() throws {
    let test = try PagesUnderTest()
    let socket = try RawSocket.connect(port: test.port)
    try socket.send(Array("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8))
    #expect(try socket.receive(1) == [UInt8(ascii: "H")])
    test.stop()
    #expect(socket.seesEnd())
  }
}

extension [UInt8] {
  fileprivate func ends(with suffix: some Collection<UInt8>) -> Bool {
    count >= suffix.count && self.suffix(suffix.count).elementsEqual(suffix)
  }
}
