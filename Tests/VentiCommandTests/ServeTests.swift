import Foundation
import Posix
import SystemPackage
import TestSupport
import Testing
import VentiClient
import VentiCore
import VentiWire

/// `venti serve` over a store on disk, as a user and a service manager meet it.
@Suite(.timeLimit(.minutes(2)))
struct ServeTests {
  /// A server in a process of its own.
  private struct Server {
    let process: ChildProcess
    /// Where it takes blocks.
    let host: String
    /// Where it shows pages.
    let pagePort: UInt16

    init(
      _ store: FilePath, _ options: [String] = [], environment: [String: String] = [:]
    ) throws {
      process = try ChildProcess(
        Fixture.program("venti"),
        ["serve", store.string, "-a", "tcp!127.0.0.1!0", "--http", "tcp!127.0.0.1!0"] + options,
        environment: environment)
      try process.waitForOutput("serving at ")
      try process.waitForOutput("web pages at ")
      host = process.output.split { $0 == " " || $0 == "\n" }.last.map(String.init) ?? ""
      let line = process.errorOutput.split(separator: "\n").first { $0.contains("web pages at ") }
      pagePort = line?.split(separator: "!").last.flatMap { UInt16($0) } ?? 0
    }

    func client() throws -> VentiClient { try VentiClient.connect(to: DialString(host)) }

    /// The body of a page.
    func page(_ path: String) throws -> String {
      let socket = try RawSocket.connect(port: pagePort)
      try socket.send(Array("GET \(path) HTTP/1.0\r\n\r\n".utf8))
      let answer = String(decoding: try socket.receiveAll(), as: UTF8.self)
      let end = try #require(answer.range(of: "\r\n\r\n"))
      return String(answer[end.upperBound...])
    }
  }

  private func withStore(_ body: (FilePath) throws -> Void) throws {
    try withTemporaryDirectory { try body(StoreFixture.store.unpack(into: $0)) }
  }

  private func golden(_ name: String) throws -> String {
    let directory = FilePath(Bundle.module.bundlePath).appending("Fixtures")
    return try String(contentsOfFile: directory.appending(name).string, encoding: .utf8)
  }

  @Test("the pages that scripts read are plan9port's", arguments: ["index", "storage", "xindex"])
  func pages(name: String) throws {
    try withStore { store in
      let server = try Server(store)
      // One arena still lacks its seal.
      #expect(try server.page("/flushicache") == "flushed icache\n")
      let page = try server.page("/\(name)")
      #expect(page.replacingOccurrences(of: "\(store)/", with: "") == (try golden(name)))
    }
  }

  @Test("dumpvacroots finds the heads of arenas where /index and its arithmetic say")
  func arenaHeads() throws {
    try withStore { store in
      let page = try Server(store).page("/index")
      let blockSize = try #require(
        page.firstMatch(of: /blocksize=([0-9]+)/).flatMap { Int($0.1) })
      let arenas = page.matches(of: /\tarena='(.+)' on (.+) at \[([0-9]+),/)
      #expect(arenas.count == 2)
      for arena in arenas {
        let start = try #require(Int(arena.3)) - blockSize
        let file = try FileDescriptor.open(FilePath(String(arena.2)), .readOnly)
        var head = [UInt8](repeating: 0, count: 72)
        let count = try file.closeAfter {
          try head.withUnsafeMutableBytes {
            try file.read(fromAbsoluteOffset: Int64(start), into: $0)
          }
        }
        #expect(count == 72)
        #expect(Array(head[..<4]) == [0xd1, 0x5c, 0x4e, 0xad])
        #expect(String(decoding: head[8...].prefix { $0 != 0 }, as: UTF8.self) == arena.1)
      }
    }
  }

  @Test("/roots names every archive, and a new one once it is synced")
  func roots() throws {
    try withStore { store in
      let server = try Server(store)
      let before = try server.page("/roots")
      for archive in [ArchiveFixture.zoo512, .zoo8k, .nightly, .diff] {
        let text = try archive.text.split(separator: "\n").first ?? ""
        #expect(before.contains("\"score\": \"\(text)\""))
      }
      let client = try server.client()
      var writer = ByteWriter()
      Root(
        name: Array("new".utf8), type: Array("vac".utf8), score: .zero, blockSize: 8192
      ).write(to: &writer)
      let score = try client.write(Block(writer.bytes), type: .root)
      try client.sync()

      let last = try server.page("/roots").split(separator: "\n").dropLast().last ?? ""
      #expect(last.contains("vac:\(score)"))
      #expect(last.hasSuffix("\"name\": \"new\"}"))
    }
  }

  @Test(
    "what was written is there after SIGTERM or SIGINT, though nobody asked for a sync",
    arguments: [15, 2] as [Int32])
  func stopsInOrder(signal: Int32) throws {
    try withStore { store in
      var generator = SeededGenerator(seed: UInt64(signal))
      let blocks = (0..<200).map { _ in Block(generator.bytes(5000)) }
      let server = try Server(store, ["--sync-interval", "1000"])
      try acknowledgedWrite(of: blocks, to: server)
      server.process.signal(signal)
      #expect(try server.process.waitForExit() == .success)
      #expect(server.process.errorOutput.hasSuffix("venti serve: stopped\n"))

      let reader = try Server(store, ["--read-only"])
      let clientOfReader = try reader.client()
      for block in blocks {
        let address = BlockAddress(block.score, .data, limit: 5000)
        #expect(try clientOfReader.read(address) == block)
      }
      #expect(throws: BlockError.readOnly) {
        try clientOfReader.write(blocks[0], type: .root)
        try clientOfReader.sync()
      }
    }
  }

  /// Writes blocks, and returns once the server has said that it has them.
  private func acknowledgedWrite(of blocks: [Block], to server: Server) throws {
    guard case .tcp(_, let port) = try DialString(server.host) else { return }
    let socket = try RawSocket.connect(port: port)
    try socket.send(Array("venti-02-test\n".utf8))
    while try socket.receive(1) != [UInt8(ascii: "\n")] {}
    let version = ProtocolVersion.v02
    var requests = blocks.map { Request.write($0, .data) }
    requests.insert(.hello(Request.Hello(version: version.rawValue)), at: 0)
    for request in requests {
      let frame = try request.frame(tag: 1, version)
      try socket.send(frame.head + frame.data.array)
      let length = Block(try socket.receive(version.lengthByteCount))
      let body = Block(try socket.receive(try version.bodyCount(in: length.bytes) ?? 0))
      let reply = try Reply.parse(body.bytes).reply
      if case .write(let block, _) = request { #expect(reply == .stored(block.score)) }
    }
  }

  @Test("a second writer is refused, and told who the first is; a reader is welcome")
  func oneWriter() throws {
    try withStore { store in
      let server = try Server(store)
      let second = try ChildProcess(
        Fixture.program("venti"),
        ["serve", store.string, "-a", "tcp!127.0.0.1!0", "-h", "tcp!127.0.0.1!0"])
      #expect(try second.waitForExit() == .exited(1))
      let first = server.process.processIdentifier
      #expect(second.errorOutput.hasSuffix("is in use by process \(first)\n"))
      #expect(try Server(store, ["--read-only"]).page("/healthz") == "ok\n")
    }
  }

  @Test("a limit of memory that may not do ends the server before it starts, and says what helps")
  func memoryLimit() throws {
    try withTemporaryDirectory { directory in
      let store = try StoreFixture.store.unpack(into: directory)
      let script = "ulimit -v 150000; exec \(Fixture.program("venti")) serve \(store)"
      let child = try ChildProcess("bash", ["-c", script])

      #expect(try child.waitForExit() == .exited(1))
      #expect(child.errorOutput.hasPrefix("venti serve: the limit of 146 MiB (ulimit -v) is less "))
      #expect(child.errorOutput.hasSuffix("; -B, -C, -I and --client-memory make it less\n"))
      #expect(child.errorOutput.count { $0 == "\n" } == 1)
    }
  }

  @Test("strangers are refused, and logged")
  func strangers() throws {
    try withStore { store in
      let server = try Server(store, ["--allow", "10.0.0.0/8", "192.168.1.1"])
      #expect(throws: BlockError.self) { try server.client() }
      try server.process.waitForOutput("refused: not among the allowed addresses\n")
    }
  }

  @Test(
    "an option that makes no sense is a usage error",
    arguments: [
      ["x", "--allow", "10.0.0.0/99"], ["x", "--connections", "0"], ["x", "-c", "y"],
      ["x", "--sync-interval", "0"], ["x", "--stall-timeout", "-1"],
    ])
  func usage(options: [String]) throws {
    let process = try ChildProcess(Fixture.program("venti"), ["serve"] + options)
    #expect(try process.waitForExit() == .exited(1))
    #expect(process.errorOutput.contains("Usage: venti serve"))
  }

  @Test("the service manager is told when the server is ready, and when it stops")
  func notifies() throws {
    try withStore { store in
      let manager = try NotifySocket(at: store.appending("notify"))
      let server = try Server(store, environment: ["NOTIFY_SOCKET": manager.path])
      #expect(try manager.receive() == "READY=1\nSTATUS=serving at \(server.host)")
      server.process.signal(15)
      #expect(try manager.receive() == "STOPPING=1")
      #expect(try server.process.waitForExit() == .success)
    }
  }

  @Test("a service manager with a watchdog is told again and again that the server is alive")
  func watchdog() throws {
    try withStore { store in
      let manager = try NotifySocket(at: store.appending("notify"))
      let server = try Server(
        store, environment: ["NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "150000"])
      #expect(try manager.receive().hasPrefix("READY=1\n"))
      for _ in 0..<2 { #expect(try manager.receive() == "WATCHDOG=1") }
      #expect(try server.process.terminate() == .success)
    }
  }

  @Test(
    "sockets of which it is not clear how many there are end the server, with a line that says so",
    arguments: [("$$", "x", "LISTEN_FDS"), ("$$", "-1", "LISTEN_FDS"), ("x", "1", "LISTEN_PID")])
  func malformedActivation(process: String, count: String, variable: String) throws {
    try withStore { store in
      let venti = Fixture.program("venti").string
      let script = """
        export LISTEN_PID=\(process) LISTEN_FDS=\(count)
        exec \(venti) serve \(store) -a 'tcp!127.0.0.1!0'
        """
      let child = try ChildProcess("bash", ["-c", script])

      #expect(try child.waitForExit(within: 60) == .exited(1))
      let found = variable == "LISTEN_PID" ? process : count
      #expect(child.errorOutput.hasPrefix("venti serve: $\(variable) '\(found)': expected "))
      #expect(child.errorOutput.split(separator: "\n").count == 1 && child.output.isEmpty)
    }
  }

  @Test("a socket of the service manager is served on")
  func activation() throws {
    try withStore { store in
      // The shell becomes the server, so that the number in LISTEN_PID is right.
      let script = """
        import os, socket, sys
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        listener.listen(16)
        os.dup2(listener.fileno(), 9)
        os.dup2(9, 3, inheritable=True)
        os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
        os.execv(sys.argv[1], sys.argv[1:])
        """
      let process = try ChildProcess(
        "python3",
        [
          "-c", script, Fixture.program("venti").string, "serve", store.string, "-h",
          "tcp!127.0.0.1!0",
        ])
      try process.waitForOutput("serving at tcp!127.0.0.1!")
      let host = process.output.split { $0 == " " || $0 == "\n" }.last.map(String.init) ?? ""
      let client = try VentiClient.connect(to: DialString(host))
      #expect(try client.write(Block([1, 2, 3]), type: .data) == Block([1, 2, 3]).score)
      #expect(try process.terminate() == .success)
    }
  }
}
