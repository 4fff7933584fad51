import NIOCore
import NIOPosix
import Posix
import VentiTransport
import VentiWire

/// Makes sockets that listen.
struct Listener: Sendable {
  /// Bytes of output that wait for a client before it is asked to wait.
  let outputBytes: Int
  /// Whether a client that has said its last is still answered.
  let allowsHalfClosure: Bool
  /// Prepares a new connection, or closes it.
  let accept: @Sendable (any Channel) throws -> Void

  /// Listens at several addresses, and at sockets that listen already.
  ///
  /// Waits, so it is called on a plain thread.
  ///
  /// - Returns: the listening channels, and where they listen, with the ports that the system chose.
  func listen(
    at addresses: [DialString], and sockets: [ServiceManager.Socket]
  ) throws(ServerError) -> [(address: DialString, channel: any Channel)] {
    var listening: [(address: DialString, channel: any Channel)] = []
    do throws(ServerError) {
      for address in addresses {
        let channel = try listen(at: address)
        listening.append((channel.dialString(like: address), channel))
      }
      for socket in sockets { listening.append(try listen(at: socket)) }
    } catch {
      Self.close(listening.map(\.channel))
      throw error
    }
    return listening
  }

  /// Stops listening.
  static func close(_ channels: [any Channel]) {
    for channel in channels { try? channel.close().wait() }
  }

  private func listen(at address: DialString) throws(ServerError) -> any Channel {
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

  private func listen(
    at socket: ServiceManager.Socket
  ) throws(ServerError) -> (DialString, any Channel) {
    do {
      let bootstrap = socket.isInternet ? tcp : bootstrap
      let channel = try bootstrap.withBoundSocket(socket.descriptor).wait()
      let unknown = DialString.unix(path: socket.name)
      return (
        channel.dialString(like: socket.isInternet ? .tcp(host: "", port: 0) : unknown), channel
      )
    } catch {
      throw .cannotListen(
        address: "descriptor \(socket.descriptor)", reason: ConnectionFailure.reason(error))
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
      low: max(1, outputBytes / 4), high: max(1, outputBytes))
    let accept = accept
    return ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.backlog, value: 256)
      .childChannelOption(.allowRemoteHalfClosure, value: allowsHalfClosure)
      .childChannelOption(.recvAllocator, value: Transport.readBuffers(maximum: Self.readByteCount))
      // One read at a time: how much a session takes in is decided anew after each.
      .childChannelOption(.maxMessagesPerRead, value: 1)
      .childChannelOption(.writeBufferWaterMark, value: output)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try accept(channel) }
      }
  }
}

extension Channel {
  /// Where a channel listens: `wish`, with the port that the system has chosen.
  fileprivate func dialString(like wish: DialString) -> DialString {
    switch wish {
    case .tcp(let host, _):
      guard let port = localAddress?.port.flatMap({ UInt16(exactly: $0) }) else { return wish }
      return .tcp(host: host.isEmpty ? localAddress?.ipAddress ?? host : host, port: port)
    case .unix(let path):
      return .unix(path: localAddress?.pathname ?? path)
    }
  }
}
