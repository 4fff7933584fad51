import Foundation
import SystemPackage
import TestSupport
import Testing

/// The script that people find their archives with: it fetches `/index`, lists every arena with
/// printarena, and picks what has type 16.
@Suite(.timeLimit(.minutes(2)))
struct RootsScriptTests {
  private let temporary: TemporaryDirectory
  private let store: FilePath

  init() throws {
    temporary = try TemporaryDirectory()
    store = try StoreFixture.store.unpack(into: temporary.path)
  }

  /// Runs the script against the web pages at a port, with a program for printarena.
  private func dumpRoots(port: UInt16, printArena: FilePath) throws -> [String] {
    let programs = temporary.path.appending("programs")
    try ChildProcess.run("mkdir", programs.string)
    try ChildProcess.run(
      "ln", "-s", printArena.string, programs.appending("printarena").string)
    let script = FilePath(Bundle.module.bundlePath).appending("Fixtures/dumpvacroots")
    let output = try ChildProcess.run(
      "bash", "-c", "PATH=\(programs):$PATH exec \(script)",
      environment: ["venti": "tcp!127.0.0.1!venti", "webport": "\(port)"], directory: store)
    return output.split(separator: "\n").map(String.init)
  }

  private func roots() throws -> [String] {
    try ChildProcess.run(Fixture.program("venti"), "roots", store.string)
      .split(separator: "\n").map { String($0.prefix { $0 != " " }) }
  }

  @Test("the script finds with our server and printarena what 'venti roots' does")
  func ours() throws {
    let server = try StoreServer(store)
    let found = try dumpRoots(port: server.pagePort, printArena: Fixture.program("venti"))

    #expect(found.count == 10)
    #expect(try found == roots())
    let asked = try ChildProcess.run(
      Fixture.program("venti"), "roots", "--http", "127.0.0.1:\(server.pagePort)")
    #expect(asked == (try ChildProcess.run(Fixture.program("venti"), "roots", store.string)))
  }

  @Test(
    "the script finds the same with plan9port's server, or its printarena", .plan9,
    arguments: [(true, false), (false, true)])
  func peers(isTheirServer: Bool, isTheirPrinter: Bool) throws {
    let plan9port = try Plan9port()
    let printer =
      isTheirPrinter ? plan9port.program("venti/printarena") : Fixture.program("venti")
    let found: [String]
    if isTheirServer {
      let server = try Plan9port.Server(plan9port, store, "-r")
      found = try dumpRoots(port: server.pagePort, printArena: printer)
    } else {
      let server = try StoreServer(store)
      found = try dumpRoots(port: server.pagePort, printArena: printer)
    }
    #expect(try found == roots())
  }
}
