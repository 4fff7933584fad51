import NIOCore
import NIOPosix
import VentiTransport
import VentiWire

/// Makes one connection to a server.
struct Connector: Sendable {
  private let dial: DialString
  private let options: ClientOptions

  /// A connector to the server at `dial`.
  init(_ dial: DialString, options: ClientOptions) {
    self.dial = dial
    self.options = options
  }

  /// Begins to connect.
  ///
  /// The pool is told, once, that the connection is open or has failed.
  func connect(for pool: ConnectionPool) {
    if case .tcp(DialString.anyHost, _) = dial {
      return pool.failed("'\(DialString.anyHost)' cannot be dialled", isAway: false)
    }
    dialled().flatMap { channel in
      channel.eventLoop.submit {
        let handler = CallHandler(name: pool.name, options: options, pool: pool)
        try Transport.add(handler, to: channel)
        return channel
      }
    }.flatMap { channel in
      // Nothing was read before the handlers were there to take it.
      channel.setOption(.autoRead, value: true)
    }.whenFailure { error in
      pool.failed(ConnectionFailure.reason(error), isAway: ConnectionFailure.isOfAbsence(error))
    }
  }

  private func dialled() -> EventLoopFuture<any Channel> {
    let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .connectTimeout(TimeAmount(seconds: options.connectSeconds))
      .channelOption(.autoRead, value: false)
      .channelOption(.recvAllocator, value: Transport.readBuffers(maximum: 1 << 20))
    switch dial {
    case .tcp(let host, let port):
      // A host of several addresses is reached by the first that answers: each gets a quarter of a
      // second before the next is tried as well, IPv6 first (RFC 8305).
      return
        bootstrap
        .resolver(options.addresses.map { KnownAddresses(of: $0) })
        .channelOption(.tcpOption(.tcp_nodelay), value: 1)
        .channelOption(.socketOption(.so_keepalive), value: 1)
        .connect(host: host, port: Int(port))
    case .unix(let path):
      return bootstrap.connect(unixDomainSocketPath: path)
    }
  }
}

/// Tells the addresses of hosts without asking anybody.
private struct KnownAddresses: Resolver, Sendable {
  private let addresses: @Sendable (String) -> [String]

  init(of addresses: @escaping @Sendable (String) -> [String]) {
    self.addresses = addresses
  }

  func initiateAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
    answer(host, port, .inet)
  }

  func initiateAAAAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
    answer(host, port, .inet6)
  }

  func cancelQueries() {}

  private func answer(
    _ host: String, _ port: Int, _ family: NIOBSDSocket.ProtocolFamily
  ) -> EventLoopFuture<[SocketAddress]> {
    let found = addresses(host).compactMap { try? SocketAddress(ipAddress: $0, port: port) }
    return MultiThreadedEventLoopGroup.singleton.any()
      .makeSucceededFuture(found.filter { $0.protocol == family })
  }
}
