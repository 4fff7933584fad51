import Posix
import SystemPackage
import TestSupport
import Testing
import VentiClient
import VentiCore
import VentiWire

/// `venti serve` under load, killed at random moments.
///
/// Whatever was synced is there when it serves again, which needs no help; and what the kill left
/// behind is a store without a fault.
@Suite(.timeLimit(.minutes(20)))
struct CrashTests {
  @Test("a server that is killed loses nothing that was synced")
  func fewKills() throws { try kill(stores: 1, rounds: 6, seed: 1) }

  @Test("a server that is killed 220 times loses nothing that was synced", .long)
  func manyKills() throws { try kill(stores: 11, rounds: 20, seed: 2) }

  private func kill(stores: Int, rounds: Int, seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<stores {
      try withTemporaryDirectory { directory in
        try SmallArenas.make(in: directory)
        var safe: [Block] = []
        for _ in 0..<rounds {
          let new = try serveUntilKilled(directory, &random)
          try check(directory)
          let old = (0..<min(300, safe.count)).compactMap { _ in safe.randomElement(using: &random)
          }
          try expect(new + old, in: directory)
          safe += new
        }
        try expect(safe, in: directory)
        try check(directory)
      }
    }
  }

  /// Has writers load a server, and kills it.
  ///
  /// - Returns: the blocks that were synced before.
  private func serveUntilKilled(
    _ directory: FilePath, _ random: inout SeededGenerator
  ) throws -> [Block] {
    let server = try ServedStore(directory)
    let safe = Monitor([Block]())
    let running = Monitor(4)
    for _ in 0..<3 {
      let seed = random.next()
      Thread.start("writer") {
        // Ends with an error when the server does, or when the store is full.
        try? load(server.port, seed: seed, safe)
        running.update { $0 -= 1 }
      }
    }
    Thread.start("indexer") {
      while (try? server.page("/flushicache")) != nil {}
      running.update { $0 -= 1 }
    }
    let delay = Double.random(in: 0.002...0.25, using: &random)
    let nothing: Void? = running.wait(until: .after(seconds: delay)) { $0 == 0 ? () : nil }
    #expect(nothing == nil)
    server.process.signal(9)
    #expect(try server.process.waitForExit() == .signalled(9))
    #expect(running.wait(until: .after(seconds: 60)) { $0 == 0 ? true : nil } == true)
    return safe.withLock { $0 }
  }

  /// Writes and syncs over a connection of its own for as long as that goes.
  private func load(_ port: UInt16, seed: UInt64, _ safe: Monitor<[Block]>) throws {
    var random = SeededGenerator(seed: seed)
    let connection = try RawConnection(port: port)
    while true {
      let blocks = (0..<Int.random(in: 1...12, using: &random)).map { number in
        let text = Array("\(seed) \(random.next()) ".utf8)
        let length = Int.random(in: 1...8000, using: &random)
        let bytes = number % 2 == 0 ? random.bytes(length) : [UInt8](repeating: 7, count: length)
        return Block(text + bytes)
      }
      try connection.write(blocks)
      try connection.sync()
      safe.withLock { $0 += blocks }
    }
  }

  private func check(_ directory: FilePath) throws {
    try ChildProcess.run(Fixture.program("venti"), "check", directory.string)
  }

  /// Serves the store again, and expects blocks to be there.
  private func expect(_ blocks: [Block], in directory: FilePath) throws {
    let server = try ServedStore(directory)
    let client = try VentiClient.connect(to: .tcp(host: "127.0.0.1", port: server.port))
    for block in blocks {
      #expect(try client.read(BlockAddress(block.score, .data, limit: block.count)) == block)
    }
    #expect(try server.process.terminate() == .success)
  }
}

/// A store with arenas of 1 MiB, so that many are filled and sealed.
enum SmallArenas {
  static func make(in directory: FilePath, hasBloom: Bool = true) throws {
    let program = Fixture.program("venti")
    for (name, size) in [("arenas", "26m"), ("index", "4m"), ("bloom", "1m")] {
      try ChildProcess.run("truncate", "-s", size, directory.appending(name).string)
    }
    try File.create(
      directory.appending("venti.conf"),
      text: "index main\narenas arenas\nisect index\n" + (hasBloom ? "bloom bloom\n" : ""))
    for arguments in [
      ["fmtarenas", "-a", "1m", "a", "arenas"], ["fmtisect", "s", "index"],
      ["fmtbloom", "-N", "16", "bloom"], ["fmtindex", "venti.conf"],
    ] {
      let child = try ChildProcess(program, arguments, directory: directory)
      #expect(try child.waitForExit() == .success, "\(child.errorOutput)")
    }
  }
}

/// A server of blocks and pages in a process of its own.
struct ServedStore {
  let process: ChildProcess
  let port: UInt16
  private let pagePort: UInt16

  init(_ directory: FilePath) throws {
    process = try ChildProcess(
      Fixture.program("venti"),
      ["serve", directory.string, "-a", "tcp!127.0.0.1!0", "--http", "tcp!127.0.0.1!0"])
    try process.waitForOutput("serving at ")
    try process.waitForOutput("web pages at ")
    port = Self.port(in: process.output, after: "serving at ")
    pagePort = Self.port(in: process.errorOutput, after: "web pages at ")
  }

  /// The body of a page.
  func page(_ path: String) throws -> String {
    let socket = try RawSocket.connect(port: pagePort)
    try socket.send(Array("GET \(path) HTTP/1.0\r\n\r\n".utf8))
    return String(decoding: try socket.receiveAll(), as: UTF8.self)
  }

  private static func port(in text: String, after words: String) -> UInt16 {
    let line = text.split(separator: "\n").first { $0.contains(words) }
    return line?.split(separator: "!").last.flatMap { UInt16($0) } ?? 0
  }
}

/// A client that sends what it is told to, waits for each answer, and never connects again.
private struct RawConnection {
  private let socket: RawSocket
  private let version = ProtocolVersion.v02

  init(port: UInt16) throws {
    socket = try RawSocket.connect(port: port)
    try socket.send(Array("venti-02-test\n".utf8))
    while try socket.receive(1) != [UInt8(ascii: "\n")] {}
    _ = try call([.hello(Request.Hello(version: version.rawValue))])
  }

  /// Writes blocks, all at once, and returns once the server has answered.
  func write(_ blocks: [Block]) throws {
    let replies = try call(blocks.map { .write($0, .data) })
    let scores = replies.compactMap { reply -> Score? in
      if case .stored(let score) = reply { score } else { nil }
    }
    guard Set(scores) == Set(blocks.map(\.score)) else {
      throw BlockError.failed(reason: "\(replies)")
    }
  }

  func sync() throws {
    guard case .synced = try call([.sync])[0] else { throw BlockError.failed(reason: "not synced") }
  }

  private func call(_ requests: [Request]) throws -> [Reply] {
    for (tag, request) in requests.enumerated() {
      let frame = try request.frame(tag: UInt8(tag), version)
      try socket.send(frame.head + frame.data.array)
    }
    return try requests.map { _ in
      let length = Block(try socket.receive(version.lengthByteCount))
      let body = Block(try socket.receive(try version.bodyCount(in: length.bytes) ?? 0))
      return try Reply.parse(body.bytes).reply
    }
  }
}
