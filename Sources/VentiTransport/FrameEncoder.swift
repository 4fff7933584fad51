public import NIOCore
import VentiCore
public import VentiWire

/// Sends our version line when the connection is made, and then frames.
public final class FrameEncoder: ChannelOutboundHandler, ChannelInboundHandler {
  public typealias InboundIn = ByteBuffer
  public typealias OutboundIn = Frame
  public typealias OutboundOut = ByteBuffer

  /// An encoder at the start of a connection.
  public init() {}

  public func handlerAdded(context: ChannelHandlerContext) {
    if context.channel.isActive { sendVersionLine(context) }
  }

  public func channelActive(context: ChannelHandlerContext) {
    sendVersionLine(context)
    context.fireChannelActive()
  }

  private func sendVersionLine(_ context: ChannelHandlerContext) {
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: VersionLine.ours)), promise: nil)
  }

  public func write(
    context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?
  ) {
    let frame = unwrapOutboundIn(data)
    var buffer = context.channel.allocator.buffer(capacity: frame.count)
    buffer.writeBytes(frame.head)
    buffer.writeBytes(frame.data.bytes)
    context.write(wrapOutboundOut(buffer), promise: promise)
  }
}
