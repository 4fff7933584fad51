import Posix
import SystemPackage
import TestSupport
import Testing
import VentiCore
import VentiStore
import VentiTools

/// The list of archives, from arenas and from a server.
struct RootsTests {
  @Test("all archives are listed in the order in which they were written")
  func listing() throws {
    let workshop = try Workshop()
    let store = try ReadOnlyStore(opening: workshop.fixture())

    let found = RootCatalog(of: store.arenas).look()
    let list = ArchiveList(found.archives)

    #expect(found.problems == [])
    #expect(list.archives.count == 10)
    #expect(
      list.lines.first == "vac:8232a37686c95518eeb3c16ce0f3d5c2f3fd9674 2026-11-22T11:21:40Z")
    #expect(list.lines.last == "vac:7cc464a5759c653152b59a49c67805a9d532835b 2026-11-22T11:21:59Z")
    for archive in ArchiveFixture.allCases where archive.store == .store {
      let text = "vac:\(try archive.root.score)"
      #expect(list.archives.contains { $0.score == text })
    }
  }

  @Test("a root that is damaged is told of, and the others are listed")
  func damage() throws {
    let workshop = try Workshop()
    let arenas = try workshop.arenas(workshop.fixture().appending("arenas0"))
    // The last clump of the second arena is the root of the last archive.
    try arenas.partition.flip(at: arenas.arenas[1].start + 8192 + 2_277_755 + 40)

    let found = RootCatalog(of: arenas.arenas).look()

    #expect(found.problems.count == 1)
    #expect(found.archives.count == 9)
  }

  @Test("a root that was written more than once is listed once")
  func duplicates() throws {
    let workshop = try Workshop()
    let arenas = try workshop.arenas(workshop.fixture().appending("arenas0")).arenas

    #expect(RootCatalog(of: arenas + arenas).look().archives.count == 10)
  }

  @Test("a list comes back from its JSON")
  func json() throws {
    let list = ArchiveList(archives: [
      .init(
        score: "vac:\(Score.none)", time: "2026-11-22T11:21:59Z", name: "a \"b\" \\ \n\u{1} ü 𝄞"),
      .init(score: "file:\(Score.zero)", time: "", name: ""),
    ])
    #expect(try ArchiveList(parsing: Array(list.json.utf8)) == list)
    #expect(ArchiveList(archives: []).json == "[]")
  }

  @Test("other members, other escapes and blanks are understood")
  func otherJSON() throws {
    let text = """
       [ {"x": [1, -2.5e3, null, true, {"y": []}], "name":"\\u00fc\\ud834\\udd1e\\/", \
      "score":"\(Score.none)", "type":"file"} ]
      """
    let list = try ArchiveList(parsing: Array(text.utf8))
    #expect(list.archives == [.init(score: "file:\(Score.none)", time: "", name: "ü𝄞/")])
  }

  @Test(
    "text that is no list of archives is refused",
    arguments: [
      "", "[", "{}", "[1]", "[{\"score\":\"x\"}]", "[{\"score\":}]", "[] x", "[\"\\u12\"]",
      "[\"\\ud800\"]", "[nul]", String(repeating: "[", count: 10_000),
    ])
  func badJSON(text: String) {
    #expect(throws: FormatError.self) { try ArchiveList(parsing: Array(text.utf8)) }
  }

  /// Answers one request, and returns it.
  private func ask(_ answer: String) throws -> (Result<[UInt8], ToolError>, request: String) {
    let listener = try RawSocket.listen()
    let request = Monitor<String?>(nil)
    Thread.start("server") {
      let socket = listener.accept()
      var text = ""
      while !text.hasSuffix("\r\n\r\n"), let byte = try? socket?.receive(1), !byte.isEmpty {
        text += String(decoding: byte, as: UTF8.self)
      }
      try? socket?.send(Array(answer.utf8))
      socket?.shutDown()
      request.update { $0 = text }
    }
    let result = Result { () throws(ToolError) in
      try HTTPQuery(host: "127.0.0.1", port: listener.port).get("/roots")
    }
    let text = try #require(request.wait(until: .after(seconds: 10)) { $0 })
    return (result, text)
  }

  @Test("a page is fetched by HTTP/1.0")
  func http() throws {
    let (result, request) = try ask("HTTP/1.1 200 OK\r\nX: y\r\n\r\n[]\n")
    #expect(try result.get() == Array("[]\n".utf8))
    #expect(request.hasPrefix("GET /roots HTTP/1.0\r\nHost: 127.0.0.1:"))
  }

  @Test(
    "an answer that is none is refused with its reason",
    arguments: [
      ("HTTP/1.0 404 Not Found\r\n\r\n", "status '404'"), ("hello", "no answer of HTTP"),
      ("", "no answer of HTTP"),
    ])
  func badHTTP(answer: String, reason: String) throws {
    let error = #expect(throws: ToolError.self) { try ask(answer).0.get() }
    #expect(error?.description.hasSuffix(": " + reason) == true)
  }

  @Test("a server that is not there is told of")
  func noServer() throws {
    let port = try RawSocket.listen().port
    #expect(
      throws: ToolError.answer(server: "http://127.0.0.1:\(port)", reason: "Connection refused")
    ) {
      try HTTPQuery(host: "127.0.0.1", port: port).get("/roots")
    }
  }
}
