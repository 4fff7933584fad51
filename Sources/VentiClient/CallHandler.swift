import NIOCore
import VentiCore
import VentiTransport
import VentiWire

/// One connection's calls: sends them, matches replies to them, and believes nothing unchecked.
///
/// Lives on its channel's event loop; nothing here is shared.
final class CallHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = Frame

  private let name: String
  private let options: ClientOptions
  private let pool: ConnectionPool
  private var context: ChannelHandlerContext?
  private var link: Link?
  private var version: ProtocolVersion?

  private var calls = CallTable()
  /// Replies since the pool was told last.
  private var completed = 0
  /// When the last reply came, or the first call went out.
  private var progress = NIODeadline.now()
  private var clock: RepeatedTask?
  private var failure: (reason: String, isBreach: Bool)?

  /// Writes that were acknowledged and are not synced.
  private var stored: [WriteCall] = []
  private var storedCounts = BatchCounts()
  private var sentCounts = BatchCounts()
  private var isSyncing = false

  /// - Parameter name: the server, as messages name it.
  init(name: String, options: ClientOptions, pool: ConnectionPool) {
    self.name = name
    self.options = options
    self.pool = pool
  }

  // MARK: The life of the connection

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
    let shortest = min(options.callSeconds, options.silenceSeconds, options.connectSeconds)
    let period = TimeAmount(seconds: min(0.25, shortest / 4))
    clock = context.eventLoop.scheduleRepeatedTask(initialDelay: period, delay: period) { _ in
      handler.value.tick()
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard let event = event as? VersionAgreed else { return }
    version = event.version
    guard let tag = calls.insert(.hello) else { return }
    write(.hello(Request.Hello(version: event.version.rawValue)), tag)
    context.flush()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    let reason = ConnectionFailure.reason(error)
    end(error is WireError ? reason : told(reason), isBreach: error is WireError)
  }

  func channelInactive(context: ChannelHandlerContext) {
    clock?.cancel()
    let reason = failure?.reason ?? told(ConnectionFailure.closed)
    let lost = calls.removeAll() + stored.map { .write($0) }
    stored = []
    self.context = nil
    let isBreach = failure?.isBreach ?? false
    guard let link else { return pool.failed(reason, isAway: !isBreach) }
    self.link = nil
    pool.lost(link, calls: lost, reason: reason, isBreach: isBreach)
  }

  /// Why the connection ended, and where to look when the server has not even greeted: it tells nobody
  /// whom it refuses.
  private func told(_ reason: String) -> String {
    version == nil ? "\(reason) before a greeting: the server's log may say why" : reason
  }

  /// Gives the connection up; what was in flight goes back to the pool.
  private func end(_ reason: String, isBreach: Bool) {
    failure = failure ?? (reason, isBreach)
    context?.close(promise: nil)
  }

  /// Closes the connection, which the client needs no more.
  func close() {
    end("client is closed", isBreach: false)
  }

  private func tick() {
    let now = NIODeadline.now()
    for call in calls.abandonExpired(at: now) {
      let error = BlockError.timedOut(call.score, peer: name, seconds: options.callSeconds)
      call.fail(error, pool.ledger)
    }
    let patience = TimeAmount(seconds: patienceSeconds)
    if now - progress >= patience, link == nil || calls.count > 0 {
      end("no answer in \(patienceSeconds) s", isBreach: false)
    } else if calls.hasAbandoned(since: now - .seconds(options.callSeconds)) {
      end("a call is not answered", isBreach: false)
    }
  }

  /// How long the server may be silent while calls are in flight.
  private var patienceSeconds: Double {
    if link == nil { return options.connectSeconds }
    return calls.hasSync ? max(options.syncSeconds, options.silenceSeconds) : options.silenceSeconds
  }

  // MARK: Calls out

  /// Sends calls; the pool has made sure that there are tags for them.
  func send(_ calls: [Call]) {
    guard let context, let link, failure == nil else {
      return pool.returned(calls)
    }
    if self.calls.count == 0 { progress = .now() }
    for call in calls { send(call, link) }
    context.flush()
  }

  private func send(_ call: Call, _ link: Link) {
    guard let tag = calls.insert(.call(call)) else { return pool.returned([call]) }
    switch call {
    case .read(let read):
      let limit = min(read.address.limit, version?.readByteCount ?? 0)
      write(.read(BlockAddress(read.address.score, read.address.type, limit: limit)), tag)
    case .write(let call):
      sentCounts.add(call.batch)
      write(.write(call.block, call.type), tag)
    case .sync:
      write(.sync, tag)
    }
  }

  private func write(_ request: Request, _ tag: UInt8) {
    guard let context, let version else { return }
    options.trace?("\(name) -> tag \(tag) \(request)")
    do throws(WireError) {
      context.write(wrapOutboundOut(try request.frame(tag: tag, version)), promise: nil)
    } catch {
      refuse(tag, error)
    }
  }

  /// Ends a call that does not fit into a message.
  private func refuse(_ tag: UInt8, _ error: WireError) {
    guard case .call(let call) = calls.remove(tag) else { return }
    if case .write(let write) = call { sentCounts.remove(write.batch) }
    completed += 1
    call.fail(.unacceptable(reason: "\(error)"), pool.ledger)
  }

  /// Sends a sync of our own, once all writes that it is wanted for have been acknowledged.
  func syncIfWanted() {
    guard let context, link != nil, failure == nil, !isSyncing, !storedCounts.isEmpty else {
      return
    }
    let wanted = pool.ledger.wantedBatch
    guard storedCounts.hasAny(upTo: wanted), !sentCounts.hasAny(upTo: wanted),
      let tag = calls.insert(.sync(count: stored.count))
    else { return }
    isSyncing = true
    progress = .now()
    write(.sync, tag)
    context.flush()
  }

  // MARK: Replies in

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard failure == nil else { return }
    let body = unwrapInboundIn(data)
    do throws(WireError) {
      let (tag, reply) = try Reply.parse(body.readableBytesSpan)
      options.trace?("\(name) <- tag \(tag) \(reply)")
      guard let entry = calls.remove(tag) else {
        return breach("reply with tag \(tag), which is not in use")
      }
      progress = .now()
      take(reply, for: entry)
    } catch {
      end("\(error)", isBreach: true)
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    guard completed > 0, let link, failure == nil else { return }
    let next = pool.completed(completed, on: link)
    completed = 0
    if !next.isEmpty { send(next) }
    syncIfWanted()
  }

  private func take(_ reply: Reply, for entry: CallTable.Entry) {
    switch entry {
    case .hello:
      welcome(reply)
    case .call(let call):
      completed += 1
      finish(call, reply)
    case .sync(let count):
      synced(count, reply)
    case .abandoned:
      completed += 1
    }
  }

  private func welcome(_ reply: Reply) {
    guard let context, case .welcome = reply else {
      return breach("\(reply) to a hello")
    }
    let link = Link(handler: NIOLoopBound(self, eventLoop: context.eventLoop))
    self.link = link
    pool.opened(link)
  }

  private func finish(_ call: Call, _ reply: Reply) {
    switch (call, reply) {
    case (.read(let call), .block(let block)):
      call.deliver(Result { () throws(BlockError) in try check(block, call.address) })
    case (.read(let call), .error(let text)):
      call.deliver(.failure(BlockError(wireText: text, reading: call.address, peer: name)))
    case (.write(let call), _):
      finish(call, reply)
    case (.sync(let call), .synced):
      call.deliver(.success(()))
    case (.sync(let call), .error(let text)):
      call.deliver(.failure(BlockError(wireText: text, storing: nil, peer: name)))
    default:
      breach("\(reply) to another request", losing: call)
    }
  }

  /// A block is believed when it has the length and the score that were asked for.
  private func check(_ block: Block, _ address: BlockAddress) throws(BlockError) -> Block {
    do throws(BlockError) {
      return try block.limited(by: address).verified(as: address)
    } catch {
      throw .damaged(address.score, address.type, reason: "\(name) sent a wrong block: \(error)")
    }
  }

  private func finish(_ call: WriteCall, _ reply: Reply) {
    sentCounts.remove(call.batch)
    switch reply {
    case .stored(call.score):
      stored.append(call)
      storedCounts.add(call.batch)
    case .stored(let score):
      let reason = "block \(call.score) was stored as \(score)"
      pool.ledger.fail([call], with: .refused(peer: name, reason: reason))
    case .error(let text):
      let error = BlockError(wireText: text, storing: call.score, peer: name)
      pool.ledger.fail([call], with: error)
    default:
      breach("\(reply) to a write", losing: .write(call))
    }
  }

  private func synced(_ count: Int, _ reply: Reply) {
    isSyncing = false
    let writes = Array(stored.prefix(count))
    switch reply {
    case .synced:
      forget(writes)
      pool.ledger.settle(writes)
    case .error(let text):
      forget(writes)
      let error = BlockError(wireText: text, storing: nil, peer: name)
      pool.ledger.fail(writes, with: error)
    default:
      return breach("\(reply) to a sync")
    }
    syncIfWanted()
  }

  private func forget(_ writes: [WriteCall]) {
    stored.removeFirst(writes.count)
    for write in writes { storedCounts.remove(write.batch) }
  }

  /// Gives up a connection whose peer does not keep to the protocol.
  private func breach(_ reason: String, losing call: Call? = nil) {
    end("protocol error: \(reason)", isBreach: true)
    if let call { pool.returned([call.countingBreach()]) }
  }
}

extension TimeAmount {
  /// A span of time from seconds and parts of one.
  init(seconds: Double) {
    self = .nanoseconds(Int64(min(max(seconds, 0), 1e9) * 1e9))
  }

  /// A span of time from seconds and parts of one.
  static func seconds(_ seconds: Double) -> TimeAmount { TimeAmount(seconds: seconds) }
}
