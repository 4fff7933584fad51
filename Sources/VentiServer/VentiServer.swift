public import Logging
import NIOCore
import Posix
public import VentiCore
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

  private init(
    _ addresses: [DialString], _ channels: [any Channel], _ sessions: SessionRegistry,
    _ options: ServerOptions
  ) {
    self.addresses = addresses
    self.channels = channels
    self.sessions = sessions
    self.options = options
  }

  /// Starts to serve.
  ///
  /// Called on a plain thread.
  ///
  /// - Parameters:
  ///   - source: where blocks are read.
  ///   - store: where they are written, usually the same; nil to serve read-only.
  ///   - addresses: where to listen; port 0 is any free port.
  public static func start(
    reading source: any BlockFetcher, writing store: (any BlockStore)? = nil,
    at addresses: [DialString], options: ServerOptions = ServerOptions(), logger: Logger
  ) throws(ServerError) -> VentiServer {
    let readers = WorkerPool("venti read", threads: options.readerThreads)
    let writers = WorkerPool("venti write", threads: options.writerThreads)
    let service = BlockService(
      source: source, store: store, logger: logger, readers: { readers.submit($0) },
      writers: { writers.submit($0) })
    let sessions = SessionRegistry()
    let listener = Listener(
      service: service, options: options, sessions: sessions, logger: logger)
    var channels: [any Channel] = []
    for address in addresses {
      do throws(ServerError) {
        channels.append(try listener.listen(at: address))
      } catch {
        close(channels)
        throw error
      }
    }
    let bound = zip(addresses, channels).map(actualAddress)
    return VentiServer(bound, channels, sessions, options)
  }

  /// Clients that are connected.
  public var connectionCount: Int { sessions.count }

  /// Stops: takes no more connections and no more requests, answers those that have been read, for
  /// as long as `ServerOptions.drainSeconds`, and closes.
  ///
  /// Called on a plain thread.
  public func stop() {
    Self.close(channels)
    sessions.endAll(by: .after(seconds: options.drainSeconds))
  }

  private static func close(_ channels: [any Channel]) {
    for channel in channels { try? channel.close().wait() }
  }

  /// An address with the port that the system has chosen.
  private static func actualAddress(_ address: DialString, _ channel: any Channel) -> DialString {
    guard case .tcp(let host, _) = address, let port = channel.localAddress?.port,
      let port = UInt16(exactly: port)
    else { return address }
    return .tcp(host: host, port: port)
  }
}
