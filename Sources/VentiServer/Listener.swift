import Logging
import NIOCore
import NIOPosix
import VentiTransport
import VentiWire

/// Makes sockets that listen.
struct Listener: Sendable {
  let service: BlockService
  let options: ServerOptions
  let sessions: SessionRegistry
  let logger: Logger

  /// Listens at an address.
  ///
  /// Waits, so it is called on a plain thread.
  func listen(at address: DialString) throws(ServerError) -> any Channel {
    do {
      switch address {
      case .tcp(DialString.anyHost, let port):
        return try bindEverywhere(port)
      case .tcp(let host, let port):
        return try tcp.bind(host: host, port: Int(port)).wait()
      case .unix(let path):
        return try bindSocket(path)
      }
    } catch {
      throw .cannotListen(
        address: address.description, reason: ConnectionFailure.reason(error))
    }
  }

  /// Listens on every address: the IPv6 wildcard takes IPv4 as well, where there is IPv6.
  private func bindEverywhere(_ port: UInt16) throws -> any Channel {
    do {
      return try tcp.bind(host: "::", port: Int(port)).wait()
    } catch let error as IOError where error.errnoCode == Self.noIPv6 {
      return try tcp.bind(host: "0.0.0.0", port: Int(port)).wait()
    }
  }

  /// EAFNOSUPPORT on Linux.
  private static let noIPv6: CInt = 97

  /// Listens on a Unix socket.
  ///
  /// A file that a dead server left is replaced, a live one is not.
  private func bindSocket(_ path: String) throws -> any Channel {
    do {
      return try bootstrap.bind(unixDomainSocketPath: path).wait()
    } catch let error as IOError where error.errnoCode == Self.addressInUse {
      let other = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .connect(unixDomainSocketPath: path)
      if let channel = try? other.wait() {
        channel.close(promise: nil)
        throw error
      }
      return try bootstrap.bind(
        unixDomainSocketPath: path, cleanupExistingSocketFile: true
      ).wait()
    }
  }

  /// EADDRINUSE on Linux.
  private static let addressInUse: CInt = 98

  /// The most that is read at once: room for the largest message, and for no more of the smallest,
  /// each of which has a reply, than a client may cost.
  private static let readByteCount = 1 << 17

  private var tcp: ServerBootstrap {
    bootstrap
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelOption(.socketOption(.so_keepalive), value: 1)
  }

  private var bootstrap: ServerBootstrap {
    let output = ChannelOptions.Types.WriteBufferWaterMark(
      low: max(1, options.outputBytes / 4), high: max(1, options.outputBytes))
    return ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.backlog, value: 256)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelOption(.recvAllocator, value: Transport.readBuffers(maximum: Self.readByteCount))
      // One read at a time: how much a session takes in is decided anew after each.
      .childChannelOption(.maxMessagesPerRead, value: 1)
      .childChannelOption(.writeBufferWaterMark, value: output)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try accept(channel) }
      }
  }

  private func accept(_ channel: any Channel) throws {
    let peer = channel.remoteAddress.map { "\($0)" } ?? "client"
    guard sessions.count < options.connections else {
      logger.warning("\(peer): refused, \(options.connections) connections are open")
      return channel.close(promise: nil)
    }
    logger.debug("\(peer): connected")
    let session = SessionHandler(service, options: options, sessions: sessions, logger: logger)
    try Transport.add(session, to: channel)
  }
}
