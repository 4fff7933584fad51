import Posix
import SystemPackage
import TestSupport
import Testing
import VentiClient
import VentiCore
import VentiServer
import VentiWire

/// What a client that keeps to the protocol is answered.
@Suite(.timeLimit(.minutes(1)))
struct ServerTests {
  private let block = Block(Array("hello world".utf8))

  private func address(_ score: Score, _ type: BlockType = .data, limit: Int = 100) -> BlockAddress
  {
    BlockAddress(score, type, limit: limit)
  }

  @Test("a block that was written is read, in either version", arguments: ProtocolVersion.allCases)
  func roundTrip(version: ProtocolVersion) throws {
    let test = try ServerUnderTest()
    let line = "venti-\(version.rawValue)-double\n"
    let client = try ClientDouble(port: test.port, line: line, version: version)

    #expect(try client.call(.write(block, .directory), 7) == .stored(block.score))
    #expect(try client.call(.sync, 8) == .synced)
    #expect(try client.call(.read(address(block.score, .directory)), 9) == .block(block))
    test.server.stop()
  }

  @Test("the version is the first of the client's list that we know")
  func picksFromClientsList() throws {
    let test = try ServerUnderTest()
    let client = try ClientDouble(port: test.port, line: "venti-02:04-x\n", version: .v02)
    #expect(try client.call(.ping, 3) == .pong)
    test.server.stop()
  }

  @Test("failed requests are told in plan9port's words, and the connection goes on")
  func words() throws {
    let test = try ServerUnderTest()
    let client = try ClientDouble(port: test.port)
    let score = block.score
    #expect(
      try client.call(.read(address(score, .root)))
        == .error("no block with score \(score)/16 exists"))
    _ = try client.call(.write(block, .data))
    #expect(
      try client.call(.read(address(score, limit: 4)))
        == .error("read too small: asked for 4 need at least 11"))
    let large = Block([UInt8](repeating: 1, count: 57_345))
    #expect(try client.call(.write(large, .data)) == .error("lump too large"))
    #expect(
      try client.call(.hello(Request.Hello(version: "04"))) == .error("unknown request"))
    #expect(try client.call(.ping) == .pong)
    test.server.stop()
  }

  @Test("the empty block is there, whatever its type, and is never stored")
  func empty() throws {
    let test = try ServerUnderTest()
    let client = try ClientDouble(port: test.port)
    #expect(try client.call(.read(address(.zero, .root))) == .block(.empty))
    #expect(try client.call(.write(.empty, .data)) == .stored(.zero))
    #expect(test.store.count == 0)
    test.server.stop()
  }

  @Test("a read-only server refuses writes, and has nothing to sync")
  func readOnly() throws {
    let test = try ServerUnderTest(readOnly: true)
    let client = try ClientDouble(port: test.port)
    #expect(try client.call(.write(block, .data)) == .error("read only"))
    #expect(try client.call(.sync) == .synced)
    test.server.stop()
  }

  @Test("a server that has not got the type of a message says so, under its tag")
  func replyTypes() throws {
    let test = try ServerUnderTest()
    let client = try ClientDouble(port: test.port)
    for type in [0, 1, 3, 5, 7, 8, 11, 13, 15, 17, 18, 255] as [UInt8] {
      try client.send(body: [type, 200])
      let (tag, reply) = try client.receive()
      #expect(tag == 200)
      #expect(reply == .error("unknown request"))
    }
    test.server.stop()
  }

  @Test("hundreds of requests in flight are all answered")
  func pipelined() throws {
    let test = try ServerUnderTest()
    let client = try ClientDouble(port: test.port)
    for number in 0..<2000 {
      try client.send(.write(Block([UInt8(number % 256), 1]), .data), UInt8(number % 256))
    }
    for number in 0..<2000 {
      let block = Block([UInt8(number % 256), 1])
      try client.send(.read(address(block.score)), UInt8(number % 256))
    }
    var stored = 0
    var missing = 0
    for _ in 0..<4000 {
      switch try client.receive() {
      case (let tag, .stored(let score)):
        #expect(score == Block([tag, 1]).score)
        stored += 1
      case (let tag, .block(let block)):
        #expect(block == Block([tag, 1]))
      // A read may overtake the write before it.
      case (_, .error): missing += 1
      case (_, let reply): Issue.record("\(reply)")
      }
    }
    #expect(stored == 2000)
    #expect(missing < 2000)
    test.server.stop()
  }

  @Test("a sync waits for the writes before it")
  func syncWaits() throws {
    let slow = SlowStore()
    let test = try ServerUnderTest(reading: slow.store, writing: slow)
    let client = try ClientDouble(port: test.port)
    for tag in 0..<20 as Range<UInt8> { try client.send(.write(Block([tag]), .data), tag) }
    try client.send(.sync, 20)
    slow.go()
    var tags: [UInt8] = []
    for _ in 0..<21 { tags.append(try client.receive().tag) }
    #expect(tags.last == 20)
    #expect(slow.writesBeforeSync == 20)
    test.server.stop()
  }

  @Test("clients that wait for a sync share one, and hold up nobody")
  func sharedSync() throws {
    let slow = SlowStore()
    let test = try ServerUnderTest(reading: slow.store, writing: slow)
    let clients = try (0..<20).map { _ in try ClientDouble(port: test.port) }
    for client in clients {
      try client.send(.sync, 1)
      // The answer says that the sync before it has been read.
      #expect(try client.call(.ping, 2) == .pong)
    }
    let other = try ClientDouble(port: test.port)
    try other.send(.write(Block([1]), .data), 0)
    #expect(slow.waitForWrite())
    slow.go()
    for client in clients { #expect(try client.receive().reply == .synced) }
    #expect(slow.syncCount <= 2)
    test.server.stop()
  }

  @Test("goodbye and a half close still bring the replies that are owed", arguments: [true, false])
  func owedReplies(saysGoodbye: Bool) throws {
    let test = try ServerUnderTest()
    let client = try ClientDouble(port: test.port)
    for tag in 0..<50 as Range<UInt8> { try client.send(.write(Block([tag]), .data), tag) }
    if saysGoodbye { try client.send(.goodbye, 99) } else { client.socket.endOutput() }

    var tags = Set<UInt8>()
    for _ in 0..<50 { tags.insert(try client.receive().tag) }

    #expect(tags == Set(0..<50))
    #expect(client.socket.seesEnd())
    test.server.stop()
  }

  @Test("a stop answers what has been read, and closes")
  func stops() throws {
    let slow = SlowStore()
    let test = try ServerUnderTest(reading: slow.store, writing: slow)
    let client = try ClientDouble(port: test.port)
    _ = try client.call(.ping)
    try client.send(.write(Block([1]), .data), 5)
    #expect(slow.waitForWrite())
    let stopped = Monitor(false)
    Thread.start("stop") {
      test.server.stop()
      stopped.update { $0 = true }
    }
    slow.go()
    #expect(try client.receive().reply == .stored(Block([1]).score))
    #expect(client.socket.seesEnd())
    #expect(stopped.wait(until: .after(seconds: 10)) { $0 ? true : nil } == true)
    #expect(throws: RawSocket.Failure.self) { try RawSocket.connect(port: test.port) }
  }

  @Test("it listens at several addresses, IPv4, IPv6 and Unix, each named as it is")
  func addresses() throws {
    try withTemporaryDirectory { directory in
      let store = MemoryStore()
      let socket = DialString.unix(path: directory.appending("socket").string)
      let server = try VentiServer.start(
        reading: store, writing: store,
        at: [.tcp(host: "127.0.0.1", port: 0), .tcp(host: "::1", port: 0), socket],
        logger: .silent)
      for (number, address) in server.addresses.enumerated() {
        if case .tcp(_, let port) = address { #expect(port != 0) }
        let client = try VentiClient.connect(to: address)
        let block = Block([UInt8(number)])
        try client.write(block, type: .data)
        try client.sync()
        #expect(try client.read(BlockAddress(block.score, .data, limit: 1)) == block)
      }
      server.stop()
    }
  }

  @Test("the socket of a dead server is taken over, that of a live one is not")
  func unixSocket() throws {
    try withTemporaryDirectory { directory in
      let address = DialString.unix(path: directory.appending("socket").string)
      let store = MemoryStore()
      let first = try VentiServer.start(reading: store, at: [address], logger: .silent)
      #expect(throws: ServerError.self) {
        try VentiServer.start(reading: store, at: [address], logger: .silent)
      }
      first.stop()
      let second = try VentiServer.start(reading: store, at: [address], logger: .silent)
      _ = try VentiClient.connect(to: address)
      second.stop()
    }
  }

  @Test("an address in use is said to be that")
  func inUse() throws {
    let other = try RawSocket.listen()
    let address = DialString.tcp(host: "127.0.0.1", port: other.port)
    let error = ServerError.cannotListen(
      address: address.description, reason: "address already in use")
    #expect(throws: error) {
      try VentiServer.start(reading: MemoryStore(), at: [address], logger: .silent)
    }
    withExtendedLifetime(other) {}
  }
}
