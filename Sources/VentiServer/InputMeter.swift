import NIOCore

/// Counts the bytes that a client sends, before they are cut into messages.
///
/// Lives on its channel's event loop, with the session that asks it.
final class InputMeter: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  private(set) var byteCount = 0
  /// When the last of them came.
  private(set) var lastInput = NIODeadline.now()

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    byteCount += unwrapInboundIn(data).readableBytes
    lastInput = .now()
    context.fireChannelRead(data)
  }
}
