import Logging
import Posix
import TestSupport
import Testing
import VentiCore
import VentiServer
import VentiWire

/// Whatever a client sends, or does not, it hurts nobody but itself.
@Suite(.timeLimit(.minutes(1)))
struct HostileClientTests {
  /// The server is well when it serves a new client.
  private func expectWell(_ test: ServerUnderTest) throws {
    let client = try ClientDouble(port: test.port)
    let block = Block(Array("still here".utf8))
    #expect(try client.call(.write(block, .data)) == .stored(block.score))
    test.server.stop()
  }

  /// A hello with crypto and codec of these sizes: either kills plan9port's server from 5 bytes on.
  @Test("crypto and codec of any size do no harm", arguments: [5, 64, 255], [5, 255])
  func blobs(crypto: Int, codec: Int) throws {
    let test = try ServerUnderTest()
    let client = try ClientDouble(port: test.port, saysHello: false)
    let hello = Request.Hello(
      version: "04", crypto: [UInt8](repeating: 65, count: crypto),
      codec: [UInt8](repeating: 66, count: codec))
    #expect(try client.call(.hello(hello)) == .welcome(Reply.Welcome()))
    try expectWell(test)
  }

  @Test("blobs that are longer than their message end the connection")
  func longBlobs() throws {
    let test = try ServerUnderTest()
    for fields in [[255, 1, 2], [0, 255, 1], [4, 1, 2, 3, 4, 9]] as [[UInt8]] {
      let client = try ClientDouble(port: test.port, saysHello: false)
      try client.send(body: [4, 0, 0, 2, 0x30, 0x34, 0, 1, 65, 0] + fields)
      #expect(client.socket.seesEnd())
    }
    try expectWell(test)
  }

  static let firstMessages: [(String, [UInt8])] = [
    ("another request", [2, 0]),
    ("another version", [4, 0, 0, 2, 0x30, 0x32, 0, 1, 65, 0, 0, 0]),
    ("no version", [4, 0, 0, 0, 0, 1, 65, 0, 0, 0]),
    (
      "a string too long",
      [4, 0, 0, 2, 0x30, 0x34, 0x04, 0x01] + [UInt8](repeating: 65, count: 1025)
    ),
    ("a surplus byte", [4, 0, 0, 2, 0x30, 0x34, 0, 1, 65, 0, 0, 0, 0]),
    ("nothing", []),
  ]

  @Test("a connection that does not begin with a good hello is closed", arguments: firstMessages)
  func badHello(name: String, body: [UInt8]) throws {
    let test = try ServerUnderTest()
    let client = try ClientDouble(port: test.port, saysHello: false)
    try client.send(body: body)
    #expect(try client.socket.receiveAll() == [], "\(name)")
    try expectWell(test)
  }

  @Test(
    "a bad version line is answered with a close",
    arguments: [
      "\n", "venti\n", "GET / HTTP/1.1\r\n\r\n", "venti-99-x\n", "venti-04\r\n", "\0\0\0\u{14}",
      String(repeating: "x", count: 5000), "venti-" + String(repeating: "0", count: 2000),
    ])
  func badLine(line: String) throws {
    let test = try ServerUnderTest()
    let socket = try RawSocket.connect(port: test.port)
    try? socket.send(Array(line.utf8))
    #expect(socket.seesEnd())
    try expectWell(test)
  }

  @Test("a bad message with a tag is answered under it, and the connection goes on")
  func badMessages() throws {
    let test = try ServerUnderTest()
    let client = try ClientDouble(port: test.port)
    let score = [UInt8](repeating: 1, count: 20)
    let bodies: [[UInt8]] = [
      [12, 9], [12, 9] + score, [12, 9] + score + [13, 0, 1], [12, 9] + score + [13, 0, 1, 2, 3],
      [12, 9] + score + [13, 0, 1, 2, 3, 4, 5], [12, 9] + score + [99, 0, 1, 2],
      [14, 9], [14, 9, 13, 0], [14, 9, 0, 0, 0, 0, 65], [14, 9, 14, 0, 0, 0, 65], [16, 9, 0],
      [2, 9, 0], [6, 9, 0], [4, 9, 0],
    ]
    for body in bodies {
      try client.send(body: body)
      let (tag, reply) = try client.receive()
      guard case .error(let text) = reply else {
        Issue.record("\(body): \(reply)")
        continue
      }
      #expect(tag == 9)
      #expect(!text.isEmpty && !text.contains("%"))
    }
    #expect(try client.call(.ping) == .pong)
    #expect(test.store.count == 0)
    try expectWell(test)
  }

  @Test("a body too short for a tag ends the connection", arguments: [[], [12]] as [[UInt8]])
  func noTag(body: [UInt8]) throws {
    let test = try ServerUnderTest()
    let client = try ClientDouble(port: test.port)
    try client.send(body: body)
    #expect(client.socket.seesEnd())
    try expectWell(test)
  }

  @Test(
    "a frame that announces too much ends the connection before it is read",
    arguments: [[0, 1, 0, 6], [0x7f, 0xff, 0xff, 0xff], [0xff, 0xff, 0xff, 0xff]] as [[UInt8]])
  func longFrame(length: [UInt8]) throws {
    let test = try ServerUnderTest()
    let client = try ClientDouble(port: test.port)
    try client.socket.send(length)
    #expect(client.socket.seesEnd())
    try expectWell(test)
  }

  @Test("messages split at every byte are put together")
  func split() throws {
    let test = try ServerUnderTest()
    let client = try ClientDouble(port: test.port)
    let block = Block(Array("in pieces".utf8))
    let frame = try Request.write(block, .data).frame(tag: 1, .v04)
    for byte in frame.head + frame.data.array { try client.socket.send([byte]) }
    #expect(try client.receive().reply == .stored(block.score))
    try expectWell(test)
  }

  @Test(
    "random bytes after the hello never hurt the server", arguments: 1...5 as ClosedRange<UInt64>)
  func random(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let test = try ServerUnderTest()
    for _ in 0..<20 {
      let client = try ClientDouble(port: test.port)
      for _ in 0..<10 {
        var body = generator.bytes(Int.random(in: 0..<60, using: &generator))
        if !body.isEmpty { body[0] %= 19 }
        // The server may have closed the connection already.
        try? client.send(body: body)
      }
      try? client.socket.send(generator.bytes(10))
    }
    try expectWell(test)
  }

  @Test("a client that takes no replies is read no further, and closed after a time")
  func takesNothing() throws {
    var options = ServerOptions()
    options.stallSeconds = 0.5
    let test = try ServerUnderTest(options)
    let block = Block([UInt8](repeating: 5, count: 57_344))
    let client = try ClientDouble(port: test.port)
    #expect(try client.call(.write(block, .data)) == .stored(block.score))
    let address = BlockAddress(block.score, .data, limit: 57_344)

    let request = try Request.read(address).frame(tag: 1, .v04).head
    let requests = Array(repeatElement(request, count: 1000).joined())
    let failure = #expect(throws: RawSocket.Failure.self) {
      while true { try client.socket.send(requests) }
    }

    #expect(failure?.isEnd == true)
    #expect(test.store.readCount < 2000)
    try expectWell(test)
  }

  @Test("clients that take nothing hold no more than all may together, and others are served")
  func budget() throws {
    var options = ServerOptions()
    options.clientBytes = 4 << 20
    let test = try PagesUnderTest(nil, options)
    let block = Block([UInt8](repeating: 5, count: 57_344))
    let address = BlockAddress(block.score, .data, limit: 57_344)
    try test.blocks.store.write(block, type: .data)
    let request = try Request.read(address).frame(tag: 1, .v04).head
    let stuck = try (0..<50).map { _ in
      let client = try ClientDouble(port: test.blocks.port)
      try client.socket.send(Array(repeatElement(request, count: 30).joined()))
      return client
    }

    let other = try ClientDouble(port: test.blocks.port)
    for _ in 0..<20 { #expect(try other.call(.read(address)) == .block(block)) }

    // Each may hold one answer, and what it had asked for before the limit was seen.
    let line = try test.get("/metrics").body.split(separator: "\n").first {
      $0.hasPrefix("venti_client_bytes ")
    }
    let held = try #require(line?.split(separator: " ").last.flatMap { Int($0) })
    #expect(held < 16 << 20)
    let answerByteCount = 4 + 2 + block.count
    for client in stuck { _ = try client.socket.receive(30 * answerByteCount) }
    test.stop()
  }

  @Test("a client that says no hello is closed after a time")
  func noHello() throws {
    var options = ServerOptions()
    options.helloSeconds = 0.2
    let test = try ServerUnderTest(options)
    let silent = try RawSocket.connect(port: test.port)
    #expect(try silent.receiveAll() == VersionLine.ours)
    let client = try ClientDouble(port: test.port, saysHello: false)
    #expect(client.socket.seesEnd())
    try expectWell(test)
  }

  @Test(
    "a client that sends half a message, and then nothing, is closed after a time",
    arguments: [[], [0, 0, 0, 2, 2, 9]] as [[UInt8]])
  func halfMessage(before: [UInt8]) throws {
    var options = ServerOptions()
    options.stallSeconds = 0.2
    let test = try ServerUnderTest(options)
    let idle = try ClientDouble(port: test.port)
    let client = try ClientDouble(port: test.port)
    try client.socket.send(before + [0, 0, 0, 99, 14, 1, 13])
    #expect(client.socket.seesEnd())
    // Who has sent whole messages only may rest.
    #expect(try idle.call(.ping) == .pong)
    try expectWell(test)
  }

  @Test("an idle client is closed only where that is asked for")
  func idle() throws {
    var options = ServerOptions()
    options.idleSeconds = 0.2
    let test = try ServerUnderTest(options)
    let client = try ClientDouble(port: test.port)
    #expect(client.socket.seesEnd())
    test.server.stop()
  }

  @Test("connections beyond the limit are closed, and those that are there go on")
  func tooMany() throws {
    var options = ServerOptions()
    options.connections = 3
    let test = try ServerUnderTest(options)
    let clients = try (0..<3).map { _ in try ClientDouble(port: test.port) }
    let fourth = try RawSocket.connect(port: test.port)
    #expect(fourth.seesEnd())
    for client in clients { #expect(try client.call(.ping) == .pong) }
    test.server.stop()
  }

  @Test("one client's stuck writes do not keep another from reading")
  func stuckWrites() throws {
    let slow = SlowStore()
    let block = Block([1])
    try slow.store.write(block, type: .data)
    let test = try ServerUnderTest(reading: slow.store, writing: slow)
    let stuck = try ClientDouble(port: test.port)
    for tag in 0..<200 as Range<UInt8> { try stuck.send(.write(Block([tag, 9]), .data), tag) }
    #expect(slow.waitForWrite())

    let other = try ClientDouble(port: test.port)
    let address = BlockAddress(block.score, .data, limit: 10)
    #expect(try other.call(.read(address)) == .block(block))
    slow.go()
    test.server.stop()
  }
}

extension Logger {
  /// A logger that says nothing.
  static let silent = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
}
