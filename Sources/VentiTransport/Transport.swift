public import NIOCore

/// What every venti connection has in common, whichever side opened it.
public enum Transport {
  /// Puts greeting, framing, and then `handler` into the pipeline of a new connection.
  ///
  /// `handler` reads `ByteBuffer`s with the bodies of messages and writes `Frame`s.
  ///
  /// - Precondition: called on the channel's event loop.
  public static func add(_ handler: some ChannelHandler, to channel: any Channel) throws {
    let pipeline = channel.pipeline.syncOperations
    try pipeline.addHandler(ByteToMessageHandler(MessageDecoder()))
    try pipeline.addHandler(FrameEncoder())
    try pipeline.addHandler(handler)
  }

  /// Buffers for reading: small for a connection at rest, up to `maximum` for one that streams.
  public static func readBuffers(maximum: Int) -> AdaptiveRecvByteBufferAllocator {
    AdaptiveRecvByteBufferAllocator(minimum: 1 << 11, initial: 1 << 14, maximum: maximum)
  }
}
