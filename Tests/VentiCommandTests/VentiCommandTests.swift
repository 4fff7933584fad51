import SystemPackage
import TestSupport
import Testing
import VentiClient
import VentiCore
import VentiWire

/// The program `venti`, as a user meets it: status, output and messages.
@Suite(.timeLimit(.minutes(2)))
struct VentiCommandTests {
  private let program = Fixture.program("venti")

  /// Runs `body` with a server over the archives of plan9port, on a port of its own.
  private func withServer(
    _ body: (_ server: ChildProcess, _ host: String, _ store: FilePath) throws -> Void
  ) throws {
    try withTemporaryDirectory { directory in
      let store = try StoreFixture.store.unpack(into: directory)
      let server = try ChildProcess(
        program,
        ["serve", "-r", "-c", store.string, "-a", "tcp!127.0.0.1!0", "-h", "tcp!127.0.0.1!0"])
      try server.waitForOutput("serving at ")
      let line = server.output.split(separator: "\n").first ?? ""
      #expect(line.hasPrefix("venti serve: serving at tcp!127.0.0.1!"))
      let host = String(line.split(separator: " ").last ?? "")
      try body(server, host, store)
      #expect(try server.terminate() == .success)
      let lines = server.errorOutput.split(separator: "\n")
      #expect(lines.suffix(2) == ["venti serve: stopping on signal 15", "venti serve: stopped"])
    }
  }

  private func score(of archive: ArchiveFixture) throws -> String {
    try LabelledScore(archive.text.split(separator: "\n").first ?? "").score.description
  }

  private func run(
    _ arguments: [String], environment: [String: String] = [:]
  ) throws -> (status: ChildProcess.ExitStatus, output: String, errors: String) {
    let child = try ChildProcess(program, arguments, environment: environment)
    let status = try child.waitForExit()
    return (status, child.output, child.errorOutput)
  }

  @Test("serve answers readers, and ends with status 0 when it is told to")
  func serves() throws {
    try withServer { _, host, store in
      let score = try score(of: .zoo8k)
      let client = try VentiClient.connect(to: DialString(host))
      let root = try client.read(BlockAddress(Score(score), .root, limit: 300))
      #expect(root.count == 300)

      let found = try run(["read", "-h", host, "vac:" + score])
      #expect(found.status == .success)
      #expect(found.errors == "venti/read -h\(host) \(score) 16\n")
      let local = try run(["read", "-h", store.string, "-t", "16", score])
      #expect(local.output == found.output)
      #expect(try run(["sync"], environment: ["venti": host]).status == .success)
    }
  }

  @Test("a write to a read-only server is refused with a reason")
  func readOnly() throws {
    try withServer { _, host, _ in
      let result = try ChildProcess(
        "sh", ["-c", "echo hello | \(program.string) write -h '\(host)'"])
      #expect(try result.waitForExit() == .exited(1))
      #expect(result.output == "")
      #expect(result.errorOutput == "venti write: store is read-only\n")
    }
  }

  @Test("failures end with status 1 and one line that says what failed")
  func failures() throws {
    let score = Score.none.description
    let free = try RawSocket.listen().port
    let cases: [([String], String)] = [
      (
        ["read", "-h", "127.0.0.1:\(free)", score],
        "venti read: tcp!127.0.0.1!\(free): connection refused\n"
      ),
      (
        ["read", "-h", "/nonexistent", score],
        "venti read: store '/nonexistent': no such file or directory; 'venti init' makes a store\n"
      ),
    ]
    for (arguments, message) in cases {
      let result = try run(arguments)
      #expect(result.status == .exited(1))
      #expect(result.errors == message)
    }
  }

  @Test(
    "a usage error ends with status 1",
    arguments: [["read"], ["read", "-t", "17", "x"], ["serve"], ["frobnicate"], ["sync", "-q"]])
  func usage(arguments: [String]) throws {
    let result = try run(arguments)
    #expect(result.status == .exited(1))
    #expect(result.errors.contains("Usage: venti"))
    #expect(result.output == "")
  }

  @Test("a link that is named as a command acts as it")
  func link() throws {
    try withServer { _, host, store in
      let link = store.removingLastComponent().appending("read")
      try ChildProcess.run("ln", "-s", program.string, link.string)
      let score = try score(of: .zoo8k)
      let result = try ChildProcess(link, ["-h", host, "-t", "16", score])
      #expect(try result.waitForExit() == .success)
      #expect(result.errorOutput == "")
    }
  }
}
