public import Logging
import NIOCore
import NIOPosix
public import Posix
public import VentiCore
import VentiTransport
public import VentiWire

/// Serves a store to venti clients, over TCP and Unix sockets.
///
/// Sockets live on event loops, the store's work on plain threads. Every client has its own
/// limits, and what one of them does wrong ends its request, or its connection, and nothing else.
public final class VentiServer: Sendable {
  /// Where the server listens, with the ports that were chosen for port 0.
  public let addresses: [DialString]

  private let channels: [any Channel]
  private let sessions: SessionRegistry
  private let options: ServerOptions
  let memory: BlockMemory
  let counters: ServerCounters
  let budget: MemoryBudget

  /// Starts to serve.
  ///
  /// Called on a plain thread.
  ///
  /// - Parameters:
  ///   - source: where blocks are read.
  ///   - store: where they are written, usually the same; nil to serve read-only.
  ///   - addresses: where to listen; port 0 is any free port.
  ///   - sockets: sockets that listen already.
  public static func start(
    reading source: any BlockSource, writing store: (any BlockStore)? = nil,
    at addresses: [DialString], and sockets: [ServiceManager.Socket] = [],
    options: ServerOptions = ServerOptions(), logger: Logger
  ) throws(ServerError) -> VentiServer {
    let memory = BlockMemory(capacityBytes: options.cacheBytes)
    let counters = ServerCounters()
    let readers = WorkerPool("venti read", threads: options.readerThreads)
    let writers = WorkerPool("venti write", threads: options.writerThreads)
    let service = BlockService(
      source: source, store: store, memory: memory, counters: counters, logger: logger,
      readers: { readers.submit($0) }, writers: { writers.submit($0) })
    let sessions = SessionRegistry()
    let budget = MemoryBudget(limit: options.clientBytes)
    let gate = Gate(allowed: options.allowed, counters: counters, logger: logger)
    let listener = Listener(outputBytes: options.outputBytes, allowsHalfClosure: true) { channel in
      guard gate.admits(channel, count: sessions.count, limit: options.connections) else {
        return channel.close(promise: nil)
      }
      logger.debug("\(channel.peerName): connected")
      let session = SessionHandler(
        service, options: options, sessions: sessions, budget: budget, logger: logger)
      try channel.pipeline.syncOperations.addHandler(session.meter)
      try Transport.add(session, to: channel)
    }
    return VentiServer(
      try listener.listen(at: addresses, and: sockets), sessions, options, memory, counters,
      budget)
  }

  private init(
    _ listening: [(address: DialString, channel: any Channel)], _ sessions: SessionRegistry,
    _ options: ServerOptions, _ memory: BlockMemory, _ counters: ServerCounters,
    _ budget: MemoryBudget
  ) {
    addresses = listening.map(\.address)
    channels = listening.map(\.channel)
    self.sessions = sessions
    self.options = options
    self.memory = memory
    self.counters = counters
    self.budget = budget
  }

  /// Clients that are connected.
  public var connectionCount: Int { sessions.count }

  /// Whether every event loop answers within some time.
  ///
  /// Called on a plain thread.
  public func isResponsive(withinSeconds seconds: Double) -> Bool {
    let loops = Array(MultiThreadedEventLoopGroup.singleton.makeIterator())
    let answers = Monitor(0)
    for loop in loops { loop.execute { answers.update { $0 += 1 } } }
    return answers.wait(until: .after(seconds: seconds)) { $0 == loops.count ? true : nil } ?? false
  }

  /// Stops: takes no more connections and no more requests, answers those that have been read, for
  /// as long as `ServerOptions.drainSeconds`, and closes.
  ///
  /// Called on a plain thread.
  public func stop() {
    Listener.close(channels)
    sessions.endAll(by: .after(seconds: options.drainSeconds))
  }
}
