import Logging
import NIOCore
import VentiCore
import VentiTransport
import VentiWire

/// One client's connection: takes its requests, has them done, sends the replies.
///
/// Nothing that a client does or leaves undone costs more than the limits in `ServerOptions`:
/// with too much pending, or too much output waiting, nothing more is read from it.
///
/// Lives on its channel's event loop; nothing here is shared.
final class SessionHandler: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = Frame
  typealias OutboundOut = Frame

  /// Stands before the decoder.
  let meter = InputMeter()

  private let service: BlockService
  private let options: ServerOptions
  private let sessions: SessionRegistry
  private let budget: MemoryBudget
  private let logger: Logger

  private var context: ChannelHandlerContext?
  private var outbox: Outbox?
  private var version: ProtocolVersion?
  private var isGreeted = false
  /// No more requests are taken; the connection closes once the last is answered.
  private var isEnding = false
  /// Everything has been answered, and the last bytes are on their way.
  private var isDone = false
  private var isReadHeld = false
  /// A message could not be understood.
  private var hasErred = false

  /// Requests that have been read and not begun.
  private var backlog = CircularBuffer<(tag: UInt8, request: Request)>()
  /// Requests that are being worked on, and how many of them write.
  private var active = 0
  private var activeWrites = 0
  /// What the requests with each tag may take in memory until they are answered, and the sum.
  private var costs = [Int](repeating: 0, count: WireLimits.tagCount)
  private var requestBytes = 0
  /// Bytes that `budget` has been told of.
  private var heldBytes = 0
  /// Bytes of the messages that have come whole.
  private var messageBytes = 0
  private var watch = SessionWatch()
  private var clock: RepeatedTask?

  init(
    _ service: BlockService, options: ServerOptions, sessions: SessionRegistry,
    budget: MemoryBudget, logger: Logger
  ) {
    self.service = service
    self.options = options
    self.sessions = sessions
    self.budget = budget
    self.logger = logger
  }

  // MARK: The life of the connection

  func channelActive(context: ChannelHandlerContext) {
    self.context = context
    let session = NIOLoopBound(self, eventLoop: context.eventLoop)
    let outbox = Outbox(for: session)
    self.outbox = outbox
    let period = options.watchPeriod
    clock = context.eventLoop.scheduleRepeatedTask(initialDelay: period, delay: period) { _ in
      session.value.checkPatience()
    }
    sessions.add(outbox)
    context.fireChannelActive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    clock?.cancel()
    self.context = nil
    backlog.removeAll()
    budget.add(-heldBytes)
    heldBytes = 0
    if let outbox { sessions.remove(outbox) }
    context.fireChannelInactive()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event {
    case let event as VersionAgreed:
      version = event.version
      messageBytes += event.lineByteCount
    case ChannelEvent.inputClosed:
      // The client has said its last, and may still want to hear the replies.
      end()
    default:
      context.fireUserInboundEventTriggered(event)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    close(ConnectionFailure.reason(error))
  }

  /// Takes no more requests, and closes once those that were taken are answered.
  func end() {
    isEnding = true
    startWork()
    closeIfDone()
  }

  /// Closes the connection at once.
  func close(_ reason: String) {
    guard let context else { return }
    logger.info("\(peer): \(reason)")
    context.close(promise: nil)
  }

  private func closeIfDone() {
    guard isEnding, !isDone, active == 0, backlog.isEmpty, let context else { return }
    isDone = true
    // A close drops what the client has not taken yet, so it comes behind the last bytes.
    let sent = context.eventLoop.makePromise(of: Void.self)
    context.writeAndFlush(wrapOutboundOut(.empty), promise: sent)
    let channel = context.channel
    sent.futureResult.whenComplete { _ in channel.close(promise: nil) }
  }

  private var peer: String {
    context?.channel.peerName ?? "client"
  }

  private func checkPatience() {
    let state = SessionWatch.State(
      isGreeted: isGreeted, isIdle: active == 0 && backlog.isEmpty, waitingBytes: waitingBytes,
      lastPart: meter.byteCount > messageBytes && !isReadHeld ? meter.lastInput : nil)
    if let reason = watch.check(options, state) { close(reason) }
  }

  /// Bytes of replies that the client has not taken.
  private var waitingBytes: Int {
    (try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
  }

  // MARK: Requests in

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isEnding else { return }
    watch.noteRequest()
    let body = unwrapInboundIn(data)
    messageBytes += body.readableBytes + (version?.lengthByteCount ?? 0)
    do throws(WireError) {
      let (tag, request) = try Request.parse(body.readableBytesSpan)
      take(request, tag)
    } catch {
      guard isGreeted, let tag = error.tag else { return close("\(error)") }
      // Once for a connection: a log is not for a client to fill.
      if !hasErred { logger.info("\(peer): \(error)") }
      hasErred = true
      send(.error("\(error)"), tag)
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    noteMemory()
    startWork()
    context.flush()
    noteMemory()
    context.fireChannelReadComplete()
  }

  private func take(_ request: Request, _ tag: UInt8) {
    switch request {
    case .hello(let hello) where !isGreeted:
      welcome(hello, tag)
    case _ where !isGreeted:
      close("\(request) before hello")
    case .hello:
      send(.error("unknown request"), tag)
    case .ping:
      send(.pong, tag)
    case .goodbye:
      end()
    case .read(let address) where address.score == .zero:
      send(.block(.empty), tag)
    case .write(let block, _) where block.count == 0:
      send(.stored(.zero), tag)
    case .write(let block, _) where block.count > WireLimits.blockByteCount:
      send(.error(BlockError.tooLarge.wireText), tag)
    case .write where service.isReadOnly:
      send(.error(BlockError.readOnly.wireText), tag)
    case .sync where service.isReadOnly:
      send(.synced, tag)
    case .read, .write, .sync:
      if case .write(let block, _) = request { charge(block.count, to: tag) }
      backlog.append((tag, request))
    }
  }

  private func welcome(_ hello: Request.Hello, _ tag: UInt8) {
    guard hello.version == version?.rawValue else {
      return close("hello for version \(quoted(hello.version))")
    }
    isGreeted = true
    send(.welcome(Reply.Welcome()), tag)
  }

  // MARK: Work

  /// Begins to work on what is in the backlog, as far as the limits allow.
  private func startWork() {
    guard let context, let outbox else { return }
    var reads: [(tag: UInt8, address: BlockAddress)] = []
    var writes: [(tag: UInt8, block: Block, type: BlockType)] = []
    while active < options.activeCalls, context.channel.isWritable, !isHeldBack,
      let next = backlog.first
    {
      // A sync covers the writes before it, so it waits for them, and what follows for it.
      if case .sync = next.request, activeWrites > 0 { break }
      backlog.removeFirst()
      active += 1
      switch next.request {
      case .read(let address):
        charge(min(address.limit, WireLimits.blockByteCount), to: next.tag)
        reads.append((next.tag, address))
      case .write(let block, let type):
        activeWrites += 1
        writes.append((next.tag, block, type))
      default:
        service.sync(tag: next.tag) { outbox.add($0, $1) }
      }
    }
    if !reads.isEmpty { service.read(reads) { outbox.add($0, $1) } }
    if !writes.isEmpty { service.write(writes) { outbox.add($0, $1, isWrite: true) } }
  }

  // MARK: Replies out

  /// Sends the replies that have gathered.
  func sendReplies() {
    guard let context, let outbox else { return }
    for (tag, reply, isWrite) in outbox.takeAll() {
      active -= 1
      if isWrite { activeWrites -= 1 }
      requestBytes -= costs[Int(tag)]
      costs[Int(tag)] = 0
      send(reply, tag)
    }
    context.flush()
    noteMemory()
    startWork()
    resumeReading()
    resumeWhenTaken()
    closeIfDone()
  }

  private func send(_ reply: Reply, _ tag: UInt8) {
    guard let context, let version else { return }
    do throws(WireError) {
      let frame = try reply.frame(tag: tag, version)
      watch.noteOutput(frame.count)
      context.write(wrapOutboundOut(frame), promise: nil)
    } catch {
      send(.error("\(error)"), tag)
    }
  }

  // MARK: Memory

  private func charge(_ bytes: Int, to tag: UInt8) {
    costs[Int(tag)] += bytes
    requestBytes += bytes
  }

  /// Tells the budget of all clients what this one holds.
  private func noteMemory() {
    guard context != nil else { return }
    let bytes = requestBytes + waitingBytes
    budget.add(bytes - heldBytes)
    heldBytes = bytes
  }

  /// Whether the clients hold too much together, and this one something that will be let go.
  private var isHeldBack: Bool { budget.isExceeded && (active > 0 || waitingBytes > 0) }

  /// Goes on once the client has taken its replies, if it is held back until then.
  private func resumeWhenTaken() {
    guard let context, active == 0, isHeldBack else { return }
    let session = NIOLoopBound(self, eventLoop: context.eventLoop)
    let taken = context.eventLoop.makePromise(of: Void.self)
    taken.futureResult.whenSuccess {
      session.value.noteMemory()
      session.value.startWork()
      session.value.resumeReading()
    }
    context.writeAndFlush(wrapOutboundOut(.empty), promise: taken)
  }

  // MARK: Back-pressure

  func read(context: ChannelHandlerContext) {
    guard mayRead(context) else {
      isReadHeld = true
      return
    }
    context.read()
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    noteMemory()
    startWork()
    resumeReading()
    context.fireChannelWritabilityChanged()
  }

  private func resumeReading() {
    guard isReadHeld, let context, mayRead(context) else { return }
    isReadHeld = false
    context.read()
  }

  private func mayRead(_ context: ChannelHandlerContext) -> Bool {
    !isEnding && context.channel.isWritable && backlog.count + active < options.pendingCalls
      && !isHeldBack
  }
}
