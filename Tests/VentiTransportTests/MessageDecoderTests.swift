import NIOCore
import NIOEmbedded
import TestSupport
import Testing
import VentiCore
import VentiTransport
import VentiWire

/// The handlers that client and server share, in a channel without a socket.
struct MessageDecoderTests {
  /// Collects what reaches the handlers behind the decoder.
  private final class Collector: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = Frame

    var version: ProtocolVersion?
    var bodies: [[UInt8]] = []
    var errors: [WireError] = []
    var context: ChannelHandlerContext?

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
      version = (event as? VersionAgreed)?.version ?? version
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      bodies.append(Array(unwrapInboundIn(data).readableBytesView))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      if let error = error as? WireError { errors.append(error) }
    }

    func send(_ frame: Frame) {
      context?.writeAndFlush(wrapOutboundOut(frame), promise: nil)
    }
  }

  private let channel = EmbeddedChannel()
  private let collector = Collector()

  init() throws {
    try Transport.add(collector, to: channel)
    try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
  }

  private func receive(_ bytes: [UInt8]) throws {
    try channel.writeInbound(ByteBuffer(bytes: bytes))
  }

  @Test("our version line goes out first, and frames behind it")
  func output() throws {
    collector.send(try Request.ping.frame(tag: 3, .v04))
    let line = try #require(try channel.readOutbound(as: ByteBuffer.self))
    let frame = try #require(try channel.readOutbound(as: ByteBuffer.self))
    #expect(Array(line.readableBytesView) == VersionLine.ours)
    #expect(Array(frame.readableBytesView) == [0, 0, 0, 2, 2, 3])
  }

  @Test("a stream cut at any byte gives the same version and messages", arguments: 1...40)
  func pieces(size: Int) throws {
    let stream = Array("venti-02-x\n".utf8) + [0, 2, 16, 1, 0, 0, 0, 5, 13, 2, 65, 66, 67]
    for start in stride(from: 0, to: stream.count, by: size) {
      try receive(Array(stream[start..<min(start + size, stream.count)]))
    }
    #expect(collector.version == .v02)
    #expect(collector.bodies == [[16, 1], [], [13, 2, 65, 66, 67]])
    #expect(collector.errors == [])
  }

  @Test("a length beyond the limit is an error before its bytes come")
  func tooLong() throws {
    try receive(Array("venti-04-x\n".utf8))
    #expect(throws: WireError.tooLong(count: 65_542, limit: 65_541)) {
      try receive([0, 1, 0, 6])
      try channel.throwIfErrorCaught()
      throw collector.errors.first ?? WireError.tooLong(count: 0, limit: 0)
    }
    #expect(collector.bodies == [])
  }

  @Test("what is not a version line is an error, and nothing after it is decoded")
  func notVenti() throws {
    try? receive(Array("SSH-2.0\n".utf8))
    #expect(collector.errors == [.notVenti(found: "'S'")])
    try? receive(Array("venti-04-x\n".utf8))
    #expect(collector.version == nil)
  }
}
