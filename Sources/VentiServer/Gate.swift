import Logging
import NIOCore
import Posix

/// Decides who may connect.
struct Gate: Sendable {
  /// The addresses that may; nil for all.
  let allowed: [AddressRange]?
  let counters: ServerCounters
  let logger: Logger

  /// Whether a new connection is welcome; why it is not, is logged.
  ///
  /// - Parameters:
  ///   - count: connections that there are.
  ///   - limit: the most there may be.
  func admits(_ channel: any Channel, count: Int, limit: Int) -> Bool {
    guard isAllowed(channel) else {
      return refuse(channel, "not among the allowed addresses")
    }
    guard count < limit else { return refuse(channel, "all \(limit) connections are taken") }
    counters.acceptedConnections.add()
    return true
  }

  /// Who comes through a Unix socket has passed its permissions.
  private func isAllowed(_ channel: any Channel) -> Bool {
    guard let allowed, !channel.isUnixSocket else { return true }
    guard let address = channel.remoteAddress?.internetAddress else { return false }
    return allowed.contains { $0.contains(address) }
  }

  private func refuse(_ channel: any Channel, _ reason: String) -> Bool {
    counters.refusedConnections.add()
    logger.warning("\(channel.peerName): refused: \(reason)")
    return false
  }
}

extension Channel {
  /// Who is at the other end, for messages.
  var peerName: String {
    if isUnixSocket { return "local client" }
    guard let address = remoteAddress, let host = address.ipAddress, let port = address.port else {
      return "client"
    }
    return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
  }

  /// Whether whoever is at the other end is on this machine.
  var isFromThisMachine: Bool {
    isUnixSocket || remoteAddress?.internetAddress?.isLoopback == true
  }

  fileprivate var isUnixSocket: Bool {
    if case .unixDomainSocket = localAddress { return true }
    return false
  }
}

extension SocketAddress {
  /// The address without its port; nil for that of a Unix socket.
  fileprivate var internetAddress: InternetAddress? { ipAddress.flatMap { InternetAddress($0) } }
}
