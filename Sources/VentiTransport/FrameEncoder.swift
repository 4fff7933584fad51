public import NIOCore
import VentiCore
public import VentiWire

/// Sends our version line when the connection is made, and then frames.
public final class FrameEncoder: ChannelOutboundHandler, ChannelInboundHandler {
  /// What passes untouched.
  public typealias InboundIn = ByteBuffer
  /// What the handlers behind send.
  public typealias OutboundIn = Frame
  /// What goes to the socket.
  public typealias OutboundOut = ByteBuffer

  /// An encoder at the start of a connection.
  public init() {}

  /// Greets over a connection that was made before.
  public func handlerAdded(context: ChannelHandlerContext) {
    if context.channel.isActive { sendVersionLine(context) }
  }

  /// Greets over a connection that has just been made.
  public func channelActive(context: ChannelHandlerContext) {
    sendVersionLine(context)
    context.fireChannelActive()
  }

  private func sendVersionLine(_ context: ChannelHandlerContext) {
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: VersionLine.ours)), promise: nil)
  }

  /// Puts a frame into one buffer.
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
