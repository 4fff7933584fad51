import Posix
import TestSupport
import VentiClient
import VentiCore
import VentiWire

/// A server that does what a test tells it, however wrong that is.
///
/// It ends by itself once nobody has connected for ten seconds.
final class ServerDouble: Sendable {
  /// One client's connection, on a thread of its own.
  final class Session: Sendable {
    let socket: RawSocket
    /// Which connection it is, from 0.
    let number: Int

    init(_ socket: RawSocket, number: Int) {
      self.socket = socket
      self.number = number
    }

    /// Sends a version line, and takes the client's and its hello.
    func greet(
      _ line: String = "venti-04:02-double\n", _ version: ProtocolVersion = .v04
    ) throws {
      try socket.send(Array(line.utf8))
      while try socket.receive(1) != [UInt8(ascii: "\n")] {}
      let (tag, request) = try receive(version)
      guard case .hello = request else { return }
      try send(.welcome(Reply.Welcome()), tag, version)
    }

    /// The next request.
    func receive(
      _ version: ProtocolVersion = .v04
    ) throws -> (tag: UInt8, request: Request) {
      let length = Block(try socket.receive(version.lengthByteCount))
      guard let count = try version.bodyCount(in: length.bytes) else {
        return (0, .ping)
      }
      return try Request.parse(Block(try socket.receive(count)).bytes)
    }

    /// Sends an honest frame.
    func send(_ reply: Reply, _ tag: UInt8, _ version: ProtocolVersion = .v04) throws {
      let frame = try reply.frame(tag: tag, version)
      try socket.send(frame.head + frame.data.array)
    }

    /// Does what a good server does, until the client is gone.
    func serve(_ store: MemoryStore, _ version: ProtocolVersion = .v04) throws {
      while true {
        let (tag, request) = try receive(version)
        try send(Self.answer(request, store), tag, version)
      }
    }

    static func answer(_ request: Request, _ store: MemoryStore) -> Reply {
      do throws(BlockError) {
        switch request {
        case .read(let address): return .block(try store.read(address))
        case .write(let block, let type): return .stored(try store.write(block, type: type))
        case .sync: return .synced
        default: return .error("unknown request")
        }
      } catch {
        return .error(error.wireText)
      }
    }
  }

  let port: UInt16
  private let listener: RawSocket
  private let open = Monitor<[RawSocket]>([])

  /// Listens, and runs `script` for each connection.
  ///
  /// When that returns the connection ends.
  init(port: UInt16 = 0, _ script: @escaping @Sendable (Session) throws -> Void) throws {
    listener = try RawSocket.listen(port: port)
    self.port = listener.port
    Thread.start("double") { [listener, open] in
      var number = 0
      while let socket = listener.accept() {
        open.update { $0.append(socket) }
        let session = Session(socket, number: number)
        number += 1
        Thread.start("double") {
          try? script(session)
          socket.shutDown()
        }
      }
    }
  }

  var dial: DialString { .tcp(host: "127.0.0.1", port: port) }

  /// Waits until a client has connected `count` times.
  func waitForConnections(_ count: Int) -> Bool {
    open.wait(until: .after(seconds: 10)) { $0.count >= count ? true : nil } ?? false
  }

  /// Ends like a process that is killed: every connection, and the listener.
  func stop() {
    listener.shutDown()
    for socket in open.withLock({ $0 }) { socket.shutDown() }
  }
}

extension ClientOptions {
  /// Options of a client with little patience.
  static func impatient(_ seconds: Double = 0.4) -> ClientOptions {
    var options = ClientOptions()
    options.callSeconds = seconds
    options.silenceSeconds = seconds / 2
    options.connectSeconds = seconds
    options.syncSeconds = 4 * seconds
    options.reconnectSeconds = 0.2
    return options
  }
}
