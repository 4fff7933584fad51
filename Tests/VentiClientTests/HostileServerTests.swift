import Posix
import TestSupport
import Testing
import VentiClient
import VentiCore
import VentiWire

/// Whatever a server does, a call ends by its deadline with an error that says what it was, and
/// a wrong block is never believed.
@Suite(.timeLimit(.minutes(1)))
struct HostileServerTests {
  private static let block = Block(Array("hello world".utf8))
  private static let address = BlockAddress(block.score, .data, limit: 100)

  /// Reads a block from a server that does as `answer` says.
  ///
  /// - Parameter seconds: after which the client gives up; long for what is no matter of time.
  private func read(
    seconds: Double = 30,
    _ answer: @escaping @Sendable (ServerDouble.Session, UInt8) throws -> Void
  ) throws -> BlockError? {
    let server = try ServerDouble { session in
      try session.greet()
      while true { try answer(session, try session.receive().tag) }
    }
    let client = try VentiClient.connect(to: server.dial, options: .impatient(seconds))
    return #expect(throws: BlockError.self) { try client.read(Self.address) }
  }

  @Test("a block with another score is damaged")
  func wrongBlock() throws {
    let error = try read { session, tag in try session.send(.block(Block([1, 2, 3])), tag) }
    guard case .damaged(Self.block.score, .data, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("a block longer than the limit is not taken")
  func longBlock() throws {
    let long = Block([UInt8](repeating: 7, count: 101))
    let error = try read { session, tag in try session.send(.block(long), tag) }
    guard case .damaged = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("an error text is quoted with server and score")
  func errorText() throws {
    let error = try read { session, tag in try session.send(.error("\u{1b}[2Jon fire"), tag) }
    let text = try #require(error?.description)
    #expect(text.contains("127.0.0.1") && text.contains(Self.block.score.description))
    #expect(text.contains("on fire") && !text.contains("\u{1b}"))
  }

  static let garbage: [(String, [UInt8])] = [
    ("an unknown tag", [0, 0, 0, 3, 13, 99, 1]),
    ("a reply of another type", [0, 0, 0, 2, 3, 0]),
    ("a request", [0, 0, 0, 2, 2, 0]),
    ("an unknown type", [0, 0, 0, 2, 200, 0]),
    ("a frame without a body", [0, 0, 0, 0]),
    ("a frame of one byte", [0, 0, 0, 1, 13]),
    ("a frame too long", [0xff, 0xff, 0xff, 0xff, 13, 0]),
    ("a frame a little too long", [0, 1, 0, 6, 13, 0]),
    ("an error with a wrong length", [0, 0, 0, 6, 1, 0, 0, 9, 65, 66]),
    ("text", Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8)),
  ]

  @Test("a server that breaks the protocol is given up after some attempts", arguments: garbage)
  func breaches(name: String, bytes: [UInt8]) throws {
    let error = try read { session, _ in try session.socket.send(bytes) }
    guard case .refused(_, let reason) = error else {
      Issue.record("\(name): \(String(describing: error))")
      return
    }
    #expect(reason.contains(Self.block.score.description))
  }

  @Test("random bytes instead of replies end the call, whatever they are", arguments: 1...6)
  func random(seed: Int) throws {
    let generator = Monitor(SeededGenerator(seed: UInt64(seed)))
    let error = try read(seconds: 1) { session, tag in
      let bytes = generator.withLock { generator in
        generator.bytes(Int.random(in: 1..<200, using: &generator))
      }
      try session.socket.send(bytes)
    }
    #expect(error != nil)
  }

  @Test("a server that says nothing is timed out by name and score")
  func silence() throws {
    let error = try read(seconds: 0.4) { _, _ in }
    guard case .timedOut(Self.block.score, let peer, 0.4) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(peer.hasPrefix("tcp!127.0.0.1!"))
  }

  @Test("a server that hangs up after each read is timed out, and why is said")
  func hangsUp() throws {
    let error = try read(seconds: 1) { session, _ in session.socket.shutDown() }
    guard case .timedOut(Self.block.score, let peer, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(peer.contains("closed by the peer"))
  }

  @Test("half a frame, and then nothing, is timed out")
  func halfFrame() throws {
    let error = try read(seconds: 0.4) { session, tag in
      try session.socket.send([0, 0, 0, 13, 13, tag, 104])
    }
    guard case .timedOut = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("one wrong block leaves the connection, and the next block comes over it")
  func goesOn() throws {
    let server = try ServerDouble { session in
      try session.greet()
      try session.send(.block(Block([9])), try session.receive().tag)
      try session.send(.block(Self.block), try session.receive().tag)
      _ = try session.receive()
    }
    let client = try VentiClient.connect(to: server.dial, options: .impatient())

    #expect(throws: BlockError.self) { try client.read(Self.address) }
    #expect(try client.read(Self.address) == Self.block)
  }

  @Test("a hung connection is replaced, and its reads succeed on the new one")
  func replaced() throws {
    let store = MemoryStore()
    try store.write(Self.block, type: .data)
    let server = try ServerDouble { session in
      try session.greet()
      if session.number == 0 { while true { _ = try session.receive() } }
      try session.serve(store)
    }
    let client = try VentiClient.connect(to: server.dial, options: .impatient(3))

    #expect(try client.read(Self.address) == Self.block)
  }

  @Test("a server that stops answering fails reads by their deadline, and is read again after that")
  func recovers() throws {
    let store = MemoryStore()
    try store.write(Self.block, type: .data)
    let isHung = Monitor(true)
    let server = try ServerDouble { session in
      try session.greet()
      while true {
        let (tag, request) = try session.receive()
        if isHung.withLock({ $0 }) { continue }
        try session.send(ServerDouble.Session.answer(request, store), tag)
      }
    }
    let client = try VentiClient.connect(to: server.dial, options: .impatient(1))

    let error = #expect(throws: BlockError.self) { try client.read(Self.address) }
    guard case .timedOut(Self.block.score, let peer, 1) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(peer.hasPrefix(client.name))
    isHung.withLock { $0 = false }
    #expect(try client.read(Self.address) == Self.block)
  }

  @Test("a server to which no connection can be made any more is told from one late block")
  func gone() throws {
    let server = try ServerDouble { session in
      if session.number == 0 { try session.greet() }
      _ = try session.socket.receiveAll()
    }
    let client = try VentiClient.connect(to: server.dial, options: .impatient())

    let errors = (0..<4).map { _ in
      #expect(throws: BlockError.self) { try client.read(Self.address) }
    }

    guard case .timedOut = errors.first, case .unreachable(client.name, let reason) = errors.last
    else {
      Issue.record("\(errors)")
      return
    }
    #expect(reason == "no connection for 0.4 s: no answer in 0.4 s")
  }

  @Test("a connection that is cut in the middle of a read is replaced, and the read succeeds")
  func retried() throws {
    let store = MemoryStore()
    try store.write(Self.block, type: .data)
    let server = try ServerDouble { session in
      try session.greet()
      if session.number < 2 {
        _ = try session.receive()
        return
      }
      try session.serve(store)
    }
    let client = try VentiClient.connect(to: server.dial, options: .impatient(30))

    #expect(try client.read(Self.address) == Self.block)
  }

  @Test("replies in any order find their calls")
  func anyOrder() throws {
    let blocks = (0..<100).map { Block([UInt8($0), 1]) }
    let server = try ServerDouble { session in
      try session.greet()
      var calls: [(UInt8, Score)] = []
      while true {
        let (tag, request) = try session.receive()
        guard case .read(let address) = request else { return }
        calls.append((tag, address.score))
        guard calls.count == blocks.count else { continue }
        for (tag, score) in calls.reversed() {
          let block = blocks.first { $0.score == score }
          try session.send(.block(block ?? .empty), tag)
        }
      }
    }
    var options = ClientOptions.impatient(10)
    options.connections = 1
    let client = try VentiClient.connect(to: server.dial, options: options)

    let got = client.fetchAll(blocks.map { BlockAddress($0.score, .data, limit: 2) })

    for block in blocks { #expect(try got[block.score]?.get() == block) }
  }
}

extension BlockFetcher {
  /// Fetches blocks and waits for all of them.
  func fetchAll(_ addresses: [BlockAddress]) -> [Score: Result<Block, BlockError>] {
    let results = Monitor<[Score: Result<Block, BlockError>]>([:])
    fetch(addresses) { address, result in results.update { $0[address.score] = result } }
    return results.wait(until: .after(seconds: 30)) { $0.count == addresses.count ? $0 : nil }
      ?? [:]
  }
}
