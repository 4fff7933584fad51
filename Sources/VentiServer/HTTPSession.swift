import Logging
import NIOCore
import NIOHTTP1
import Posix

/// One connection for web pages: takes a request at a time, has its page made, sends it.
///
/// Lives on its channel's event loop; nothing here is shared.
final class HTTPSession: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  /// Closes the connection when a request is too long; stands before the parser.
  let meter: HTTPMeter

  private let pages: Pages
  private let options: ServerOptions
  private let logger: Logger
  private let executor: BlockService.Executor
  private var head: HTTPRequestHead?
  private var clock: Scheduled<Void>?

  /// - Parameter executor: runs jobs that make pages.
  init(
    _ pages: Pages, options: ServerOptions, logger: Logger,
    executor: @escaping BlockService.Executor
  ) {
    self.pages = pages
    self.options = options
    self.logger = logger
    self.executor = executor
    meter = HTTPMeter(limit: options.pageRequestBytes)
  }

  func channelActive(context: ChannelHandlerContext) {
    startClock(context)
    context.fireChannelActive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    clock?.cancel()
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    logger.debug("\(context.channel.peerName): \(error)")
    context.close(promise: nil)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): self.head = head
    // No page wants a body.
    case .body: break
    case .end:
      guard let head = head.take() else { return }
      clock?.cancel()
      answer(head, context)
    }
  }

  private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    guard head.method == .GET || head.method == .HEAD else {
      return send(.methodNotAllowed, head, context)
    }
    let query = HTTPQuery(
      target: head.uri,
      isTrusted: context.channel.isFromThisMachine && !head.isPassedOn && !head.isFromOtherSite
        && head.namesThisMachine)
    logger.debug("\(context.channel.peerName): \(head.method) \(query.path)")
    let session = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    let isQueued = executor { [pages] in
      let page = pages.page(for: query)
      session.eventLoop.execute {
        let (session, context) = session.value
        session.send(page, head, context)
      }
    }
    if !isQueued { send(.unavailable("too many requests"), head, context) }
  }

  private func send(_ page: HTTPPage, _ request: HTTPRequestHead, _ context: ChannelHandlerContext)
  {
    let body = ByteBuffer(string: page.text)
    var headers = HTTPHeaders([
      ("Server", "venti"), ("Date", UniversalTime(seconds: WallClock.seconds).http),
      ("Content-Type", page.type), ("Content-Length", "\(body.readableBytes)"),
    ])
    headers.add(contentsOf: HTTPHeaders(page.headers.map { ($0.key, $0.value) }))
    if !request.isKeepAlive { headers.add(name: "Connection", value: "close") }
    let head = HTTPResponseHead(version: request.version, status: page.status, headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    if request.method != .HEAD {
      context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
    }
    startClock(context)
    finish(context, isLast: !request.isKeepAlive)
  }

  private func finish(_ context: ChannelHandlerContext, isLast: Bool) {
    let sent = context.eventLoop.makePromise(of: Void.self)
    let session = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    sent.futureResult.whenSuccess {
      let (session, context) = session.value
      if isLast {
        context.close(promise: nil)
      } else {
        session.meter.startRequest()
        session.startClock(context)
      }
    }
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: sent)
  }

  /// Gives the client its time anew, to ask or to take the answer.
  private func startClock(_ context: ChannelHandlerContext) {
    clock?.cancel()
    let channel = context.channel
    clock = context.eventLoop.scheduleTask(in: .seconds(options.pageSeconds)) {
      channel.close(promise: nil)
    }
  }
}

extension HTTPRequestHead {
  /// Whether a proxy has passed it on, for somebody who may be anywhere.
  fileprivate var isPassedOn: Bool {
    ["Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP"].contains {
      headers.contains(name: $0)
    }
  }

  /// Whether a browser has sent it for a page of another site, who may not be its user's friend.
  fileprivate var isFromOtherSite: Bool {
    if let site = headers.first(name: "Sec-Fetch-Site") {
      return site != "none" && site != "same-origin"
    }
    return headers.contains(name: "Origin") || headers.contains(name: "Referer")
  }
}

extension HTTPRequestHead {
  /// Whether the server is called by an address, or `localhost`: other names may be those that
  /// another site has given to this machine.
  fileprivate var namesThisMachine: Bool {
    guard let host = headers.first(name: "Host") else { return true }
    let name =
      host.hasPrefix("[")
      ? host.dropFirst().prefix { $0 != "]" } : host.prefix { $0 != ":" }
    return name == "localhost" || InternetAddress(String(name)) != nil
  }
}

/// Counts the bytes of a request, and closes the connection when they are too many.
final class HTTPMeter: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  private let limit: Int
  private var count = 0

  init(limit: Int) {
    self.limit = limit
  }

  /// What comes now belongs to another request.
  func startRequest() { count = 0 }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    count += unwrapInboundIn(data).readableBytes
    guard count <= limit else {
      context.close(promise: nil)
      return
    }
    context.fireChannelRead(data)
  }
}
