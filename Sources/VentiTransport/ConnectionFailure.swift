import NIOCore
import NIOPosix
import SystemPackage
import VentiWire

/// Why a connection ended, or was never made, in words for people.
public enum ConnectionFailure {
  /// The peer has ended the connection, for a reason of its own.
  public static let closed = "connection closed by the peer"

  /// Says what `error` means for the connection it ended.
  public static func reason(_ error: any Error) -> String {
    switch error {
    case let error as WireError: error.description
    case let error as IOError: text(error.errnoCode)
    case let error as NIOConnectionError: reason(error)
    case ChannelError.connectTimeout(let limit):
      "no answer in \(limit.nanoseconds / 1_000_000_000) s"
    case ChannelError.ioOnClosedChannel, ChannelError.alreadyClosed, ChannelError.eof: closed
    case is ByteToMessageDecoderError: "connection closed in the middle of a message"
    case is SocketAddressError.UnknownHost: "no such host"
    default: "\(error)"
    }
  }

  /// Whether a connection was not made because nobody was there to take it, which may change.
  public static func isOfAbsence(_ error: any Error) -> Bool {
    switch error {
    case is IOError, is ChannelError: true
    case let error as NIOConnectionError: !error.connectionErrors.isEmpty
    default: false
    }
  }

  /// Of all the addresses of a host, the first that failed speaks for them.
  private static func reason(_ error: NIOConnectionError) -> String {
    if let first = error.connectionErrors.first { return reason(first.error) }
    if let lookup = error.dnsAAAAError ?? error.dnsAError { return reason(lookup) }
    return "no address to connect to"
  }

  private static func text(_ code: CInt) -> String {
    let text = Errno(rawValue: code).description
    return text.prefix(1).lowercased() + text.dropFirst()
  }
}
