public import Logging
import NIOCore
import NIOHTTP1
public import Posix
public import VentiWire

/// Shows web pages about a server and its store.
public final class HTTPServer: Sendable {
  /// Where it listens, with the ports that were chosen for port 0.
  public let addresses: [DialString]

  private let channels: [any Channel]
  private let sessions: ConnectionSet

  /// Threads that make pages; some pages read much of the store.
  private static let threadCount = 2

  private init(
    _ listening: [(address: DialString, channel: any Channel)], _ sessions: ConnectionSet
  ) {
    addresses = listening.map(\.address)
    channels = listening.map(\.channel)
    self.sessions = sessions
  }

  /// Starts to show pages.
  ///
  /// Called on a plain thread.
  ///
  /// - Parameters:
  ///   - pages: what there is to show of the store.
  ///   - server: the server of that store.
  ///   - addresses: where to listen; port 0 is any free port.
  ///   - sockets: sockets that listen already.
  public static func start(
    showing pages: any StorePages, of server: VentiServer, at addresses: [DialString],
    and sockets: [ServiceManager.Socket] = [], options: ServerOptions = ServerOptions(),
    logger: Logger
  ) throws(ServerError) -> HTTPServer {
    let pages = Pages(
      store: pages, memory: server.memory, counters: server.counters, budget: server.budget,
      connectionCount: { server.connectionCount }, logger: logger)
    let workers = WorkerPool(
      "venti pages", threads: threadCount, queueLimit: options.pageConnections)
    let sessions = ConnectionSet()
    let gate = Gate(allowed: options.allowed, counters: server.counters, logger: logger)
    let listener = Listener(outputBytes: options.outputBytes, allowsHalfClosure: false) { channel in
      guard gate.admits(channel, count: sessions.count, limit: options.pageConnections) else {
        return channel.close(promise: nil)
      }
      sessions.add(channel)
      let session = HTTPSession(pages, options: options, logger: logger) { workers.submit($0) }
      try add(session, to: channel, options)
    }
    return HTTPServer(try listener.listen(at: addresses, and: sockets), sessions)
  }

  private static func add(
    _ session: HTTPSession, to channel: any Channel, _ options: ServerOptions
  ) throws {
    var limits = NIOHTTPDecoderLimitConfiguration()
    limits.maxHeaderFieldSize = options.pageRequestBytes
    limits.maxHeaderListSize = options.pageRequestBytes
    let pipeline = channel.pipeline.syncOperations
    try pipeline.addHandler(session.meter)
    try pipeline.configureHTTPServerPipeline(
      withEncoderConfiguration: .init(), withDecoderLimitConfiguration: limits)
    try pipeline.addHandler(session)
  }

  /// Stops: closes all connections.
  ///
  /// Called on a plain thread.
  public func stop() {
    Listener.close(channels)
    sessions.closeAll()
  }
}

/// Connections that are open.
private final class ConnectionSet: Sendable {
  private let channels = Monitor<[ObjectIdentifier: any Channel]>([:])

  var count: Int { channels.withLock { $0.count } }

  /// Adds a connection, until it closes.
  func add(_ channel: any Channel) {
    let key = ObjectIdentifier(channel)
    channels.withLock { $0[key] = channel }
    channel.closeFuture.whenComplete { _ in
      _ = self.channels.withLock { $0.removeValue(forKey: key) }
    }
  }

  func closeAll() {
    for channel in channels.withLock({ Array($0.values) }) { channel.close(promise: nil) }
  }
}
