public import NIOCore
import VentiCore
public import VentiWire

/// Told to the handlers behind a `MessageDecoder` once both sides have greeted each other.
public struct VersionAgreed: Sendable {
  /// The version that the connection speaks from now on.
  public let version: ProtocolVersion
  /// Bytes of the peer's version line.
  public let lineByteCount: Int
}

/// Cuts what arrives on a connection into the peer's version line and then messages.
///
/// The line becomes a `VersionAgreed` event, each message a buffer with its body. Messages
/// arrive split at any byte; no more than one and what came with it is ever held. What is not
/// the protocol becomes a `WireError`, after which nothing more is decoded.
public struct MessageDecoder: ByteToMessageDecoder {
  /// The body of a message.
  public typealias InboundOut = ByteBuffer

  private var version: ProtocolVersion?

  /// A decoder at the start of a connection.
  public init() {}

  /// Takes a version line or a message out of `buffer`, once it is whole.
  public mutating func decode(
    context: ChannelHandlerContext, buffer: inout ByteBuffer
  ) throws -> DecodingState {
    guard let version else { return try decodeVersionLine(context, &buffer) }
    guard let count = try version.bodyCount(in: buffer.readableBytesSpan),
      buffer.readableBytes - version.lengthByteCount >= count
    else { return .needMoreData }
    buffer.moveReaderIndex(forwardBy: version.lengthByteCount)
    guard let body = buffer.readSlice(length: count) else { return .needMoreData }
    context.fireChannelRead(wrapInboundOut(body))
    return .continue
  }

  private mutating func decodeVersionLine(
    _ context: ChannelHandlerContext, _ buffer: inout ByteBuffer
  ) throws -> DecodingState {
    guard let count = try VersionLine.count(in: buffer.readableBytesSpan),
      let line = buffer.readSlice(length: count)
    else { return .needMoreData }
    buffer.moveReaderIndex(forwardBy: 1)
    let version = try VersionLine.negotiate(line.readableBytesSpan)
    self.version = version
    context.fireUserInboundEventTriggered(
      VersionAgreed(version: version, lineByteCount: count + 1))
    return .continue
  }
}
