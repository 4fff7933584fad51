import Posix
import TestSupport
import Testing
import VentiClient
import VentiCore
import VentiWire

/// Opening a store says at once, and clearly, why it fails.
@Suite(.timeLimit(.minutes(1)))
struct ConnectTests {
  private func failure(_ dial: DialString, seconds: Double = 5) -> String {
    let error = #expect(throws: BlockError.self) {
      try VentiClient.connect(to: dial, options: .impatient(seconds))
    }
    guard case .unreachable(let peer, let reason) = error else {
      return "\(String(describing: error))"
    }
    #expect(peer == dial.description)
    return reason
  }

  @Test("a server of the old version is spoken to in that")
  func oldVersion() throws {
    let store = MemoryStore()
    let server = try ServerDouble { session in
      try session.greet("venti-02-double\n", .v02)
      try session.serve(store, .v02)
    }
    let client = try VentiClient.connect(to: server.dial, options: .impatient(10))
    let block = Block([UInt8](repeating: 3, count: 57_344))

    try client.write(block, type: .data)
    try client.sync()

    #expect(try client.read(BlockAddress(block.score, .data, limit: 57_344)).count == block.count)
  }

  @Test("nobody listens: connection refused")
  func refused() throws {
    let free = try RawSocket.listen().port
    #expect(failure(.tcp(host: "127.0.0.1", port: free)) == "connection refused")
  }

  @Test("a server that is away at first is tried again where that is asked for, and told of once")
  func awayAtFirst() throws {
    let free = try RawSocket.listen().port
    let store = MemoryStore()
    let started = Monitor<(servers: [ServerDouble], told: [String])>(([], []))
    var options = ClientOptions.impatient(10)
    options.firstConnectionSeconds = 10
    options.notice = { line in
      let server = try? ServerDouble(port: free) { session in
        try session.greet()
        try session.serve(store)
      }
      started.withLock { state in
        state.told.append(line)
        if let server { state.servers.append(server) }
      }
    }
    let dial = DialString.tcp(host: "127.0.0.1", port: free)

    let client = try VentiClient.connect(to: dial, options: options)
    let score = try client.write(Block([1, 2, 3]), type: .data)

    #expect(try client.read(BlockAddress(score, .data, limit: 3)) == Block([1, 2, 3]))
    #expect(
      started.withLock { $0.told } == [
        "\(BlockError.unreachable(peer: "\(dial)", reason: "connection refused")); trying again"
      ])
  }

  @Test("a server that stays away is not waited for longer than asked for")
  func staysAway() throws {
    let dial = DialString.tcp(host: "127.0.0.1", port: try RawSocket.listen().port)
    var options = ClientOptions.impatient(5)
    options.firstConnectionSeconds = 0.3
    #expect(throws: BlockError.unreachable(peer: "\(dial)", reason: "connection refused")) {
      try VentiClient.connect(to: dial, options: options)
    }
  }

  @Test(
    "what will not change by waiting is not waited for",
    arguments: [
      DialString.tcp(host: "nosuch.invalid", port: 17_034), .tcp(host: "*", port: 17_034),
    ])
  func notWaitedFor(dial: DialString) throws {
    var options = ClientOptions.impatient(5)
    options.firstConnectionSeconds = 1000
    #expect(throws: BlockError.self) { try VentiClient.connect(to: dial, options: options) }
  }

  @Test(
    "a host of several addresses is reached by the one that answers",
    arguments: [
      ["::1", "127.0.0.1"], ["127.0.0.2", "127.0.0.1"], ["::1", "127.0.0.3", "127.0.0.1"],
    ])
  func severalAddresses(addresses: [String]) throws {
    let store = MemoryStore()
    let server = try ServerDouble { session in
      try session.greet()
      try session.serve(store)
    }
    guard case .tcp(_, let port) = server.dial else { return }
    var options = ClientOptions.impatient(10)
    options.addresses = { $0 == "both" ? addresses : [] }

    let client = try VentiClient.connect(to: .tcp(host: "both", port: port), options: options)
    let score = try client.write(Block([1, 2, 3]), type: .data)

    #expect(try client.read(BlockAddress(score, .data, limit: 3)) == Block([1, 2, 3]))
  }

  @Test("no address of several answers: connection refused")
  func severalRefused() throws {
    let free = try RawSocket.listen().port
    let dial = DialString.tcp(host: "both", port: free)
    var options = ClientOptions.impatient(5)
    options.addresses = { _ in ["127.0.0.2", "127.0.0.1"] }
    #expect(throws: BlockError.unreachable(peer: "\(dial)", reason: "connection refused")) {
      try VentiClient.connect(to: dial, options: options)
    }
  }

  @Test("no such Unix socket: no such file")
  func noSocket() {
    #expect(failure(.unix(path: "/nonexistent/venti")) == "no such file or directory")
  }

  @Test("no such host is said as that")
  func noHost() {
    #expect(failure(.tcp(host: "nosuch.invalid", port: 17_034)) == "no such host")
  }

  @Test("the wildcard is an address to listen on only")
  func wildcard() {
    #expect(failure(.tcp(host: "*", port: 17_034)) == "'*' cannot be dialled")
  }

  @Test("something else than a venti server is told by its greeting")
  func notVenti() throws {
    let server = try ServerDouble { session in
      try session.socket.send(Array("SSH-2.0-OpenSSH_9.2\r\n".utf8))
      _ = try session.socket.receiveAll()
    }
    #expect(failure(server.dial).contains("not a venti peer: greeting 'S'"))
  }

  @Test("a server of other versions only is refused")
  func otherVersion() throws {
    let server = try ServerDouble { session in
      try session.socket.send(Array("venti-99-future\n".utf8))
      _ = try session.socket.receiveAll()
    }
    #expect(failure(server.dial).contains("unable to negotiate version: 'venti-99-future'"))
  }

  @Test("a server that hangs up, or does not answer the hello, is not waited for long")
  func noWelcome() throws {
    let hangsUp = try ServerDouble { _ in }
    #expect(
      failure(hangsUp.dial)
        == "connection closed by the peer before a greeting: the server's log may say why")

    let silent = try ServerDouble { session in _ = try session.socket.receiveAll() }
    #expect(failure(silent.dial, seconds: 0.3) == "no answer in 0.3 s")
  }

  @Test("a hello that is answered with an error fails to connect")
  func refusesHello() throws {
    let server = try ServerDouble { session in
      try session.socket.send(VersionLine.ours)
      while try session.socket.receive(1) != [UInt8(ascii: "\n")] {}
      try session.send(.error("go away"), try session.receive().tag)
      _ = try session.socket.receiveAll()
    }
    #expect(failure(server.dial).contains("Rerror 'go away' to a hello"))
  }
}
