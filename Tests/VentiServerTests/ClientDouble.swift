import Logging
import TestSupport
import VentiCore
import VentiServer
import VentiWire

/// A client that sends whatever a test wants.
struct ClientDouble {
  let socket: RawSocket
  let version: ProtocolVersion

  /// Connects, and sends a version line and, unless told otherwise, a hello.
  init(
    port: UInt16, line: String = "venti-04:02-double\n", version: ProtocolVersion = .v04,
    saysHello: Bool = true
  ) throws {
    socket = try RawSocket.connect(port: port)
    self.version = version
    try socket.send(Array(line.utf8))
    while try socket.receive(1) != [UInt8(ascii: "\n")] {}
    guard saysHello else { return }
    try send(.hello(Request.Hello(version: version.rawValue)), 0)
    _ = try receive()
  }

  /// Sends an honest frame.
  func send(_ request: Request, _ tag: UInt8) throws {
    let frame = try request.frame(tag: tag, version)
    try socket.send(frame.head + frame.data.array)
  }

  /// Sends a body, honest or not, in a frame.
  func send(body: [UInt8]) throws {
    let count = [UInt8(body.count >> 8), UInt8(body.count & 255)]
    try socket.send((version == .v04 ? [0, 0] : []) + count + body)
  }

  /// The next reply.
  func receive() throws -> (tag: UInt8, reply: Reply) {
    let length = Block(try socket.receive(version.lengthByteCount))
    let count = try version.bodyCount(in: length.bytes) ?? 0
    return try Reply.parse(Block(try socket.receive(count)).bytes)
  }

  /// Sends a request and returns its reply.
  func call(_ request: Request, _ tag: UInt8 = 0) throws -> Reply {
    try send(request, tag)
    let (answered, reply) = try receive()
    guard answered == tag else { throw RawSocket.Failure("reply with tag \(answered)") }
    return reply
  }
}

/// A server over a store in memory, for one test.
struct ServerUnderTest {
  let store: MemoryStore
  let server: VentiServer

  init(readOnly: Bool = false, _ options: ServerOptions = ServerOptions()) throws {
    let store = MemoryStore()
    try self.init(reading: store, writing: readOnly ? nil : store, options)
  }

  init(
    reading source: MemoryStore, writing target: (any BlockStore)?,
    at address: DialString = .tcp(host: "127.0.0.1", port: 0),
    _ options: ServerOptions = ServerOptions()
  ) throws {
    store = source
    server = try VentiServer.start(
      reading: source, writing: target, at: [address], options: options,
      logger: .silent)
  }

  /// Where it listens.
  var port: UInt16 {
    guard case .tcp(_, let port) = server.addresses[0] else { return 0 }
    return port
  }
}
