import Logging
import Posix
import TestSupport
import Testing
import VentiCore
import VentiServer
import VentiWire

/// What the log says, and how often.
@Suite(.timeLimit(.minutes(1)))
struct LogTests {
  /// A server whose log is kept.
  private struct LoggingServer {
    let store = MemoryStore()
    let lines = Monitor<[String]>([])
    let server: VentiServer
    let port: UInt16

    init() throws {
      let lines = lines
      let logger = Logger(label: "test") { _ in LineRecorder(lines: lines) }
      server = try VentiServer.start(
        reading: store, writing: store, at: [.tcp(host: "127.0.0.1", port: 0)], logger: logger)
      guard case .tcp(_, let port) = server.addresses[0] else { throw RawSocket.Failure("port") }
      self.port = port
    }
  }

  @Test("a failure of the store is told once, not for every call that it fails")
  func repeatedFailure() throws {
    let test = try LoggingServer()
    let block = Block([1])
    let error = BlockError.damaged(block.score, .data, reason: "disk on fire")
    test.store.fail(block.score, with: error)
    let client = try ClientDouble(port: test.port)
    for _ in 0..<20 {
      _ = try client.call(.read(BlockAddress(block.score, .data, limit: 1)))
    }
    #expect(test.lines.withLock { $0 } == ["\(error)"])
    test.server.stop()
  }

  @Test("a client that sends nonsense is told of once, by address and port")
  func nonsense() throws {
    let test = try LoggingServer()
    let client = try ClientDouble(port: test.port)
    for _ in 0..<20 {
      try client.send(body: [99, 1])
      _ = try client.receive()
    }
    let lines = test.lines.withLock { $0 }
    #expect(lines.count == 1)
    #expect(lines.first?.hasPrefix("127.0.0.1:\(client.socket.port): ") == true)
    test.server.stop()
  }
}

/// Keeps what is logged, at the levels that people see.
private struct LineRecorder: LogHandler {
  let lines: Monitor<[String]>
  var metadata = Logger.Metadata()
  var logLevel = Logger.Level.info

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    lines.update { $0.append("\(event.message)") }
  }
}
