import NIOCore
import NIOPosix
import Posix
import VentiCore
import VentiWire

/// The connections to one server, and the calls that wait for one.
///
/// A call goes to the connection with the fewest calls in flight. When all have as many as they
/// can have it waits here, and so it does while there is no connection. Calls of a connection
/// that is lost come back and go out again.
///
/// The lock is held for memory only. It is never taken together with another.
final class ConnectionPool: Sendable {
  /// The most calls in flight on a connection: one tag is kept for a sync of its own.
  static let callsPerConnection = WireLimits.tagCount - 1
  /// Calls in flight on every connection at which another one is opened.
  static let crowdedCalls = 32
  /// How often a call is sent again to a server that breaks the protocol.
  static let breachLimit = 3
  /// The first pause before connecting again, doubled with each failure.
  static let firstPauseSeconds = 0.05

  private struct Line {
    let link: Link
    var load = 0
    var hasReplied = false
  }

  private struct State {
    var lines: [Line] = []
    var waiting = CircularBuffer<Call>()
    var isOpening = false
    var isClosed = false
    /// The pause before the next attempt to connect.
    var pauseSeconds = 0.0
    /// Why there is no connection, or why there was none the last time.
    var failure: String?
    /// Whether the server may only be away.
    var isAway = false
    /// Whether the last attempt to connect failed.
    var isCutOff = false
  }

  /// What is to be done once the lock is released.
  private struct Plan {
    var batches: [(link: Link, calls: [Call])] = []
    var opensAfter: Double?
    var rejected: [(call: Call, error: BlockError)] = []
  }

  /// The writes that are not synced.
  let ledger: WriteLedger
  /// The server, as messages name it.
  let name: String

  private let dial: DialString
  private let options: ClientOptions
  private let state = Monitor(State())
  private let clock = Monitor<RepeatedTask?>(nil)
  private let loops = MultiThreadedEventLoopGroup.singleton

  /// Makes a pool without connections.
  init(_ dial: DialString, options: ClientOptions) {
    self.dial = dial
    self.options = options
    name = dial.description
    ledger = WriteLedger(limit: options.unsyncedBytes)
    let period = TimeAmount(seconds: min(0.25, options.callSeconds / 4))
    let task = loops.next().scheduleRepeatedTask(initialDelay: period, delay: period) {
      [weak self] _ in self?.expireWaiting()
    }
    clock.withLock { $0 = task }
  }

  // MARK: From any thread

  /// Opens the first connection and waits until it is there.
  ///
  /// A server that is away is tried again for as long as the options say.
  func open() throws(BlockError) {
    let limit = Deadline.after(seconds: options.firstConnectionSeconds)
    var isTold = false
    while true {
      do throws(BlockError) {
        return try openOnce()
      } catch {
        let (pause, isAway) = state.withLock { ($0.pauseSeconds, $0.isAway) }
        guard isAway, limit.secondsLeft > pause else { throw error }
        if !isTold { options.notice?("\(error); trying again") }
        isTold = true
        _ = state.wait(until: .after(seconds: pause)) { $0.isClosed ? () : nil }
      }
    }
  }

  private func openOnce() throws(BlockError) {
    let opens = state.withLock { state in
      defer { (state.isOpening, state.failure) = (true, nil) }
      return !state.isOpening && state.lines.isEmpty
    }
    if opens { startConnecting(after: 0) }
    // The attempt has a time limit of its own; this one is for naming and greeting together.
    let limit = Deadline.after(seconds: 2 * options.connectSeconds + 1)
    let failure: String?? = state.wait(until: limit) { state in
      if !state.lines.isEmpty { return .some(nil) }
      return state.failure.map { .some($0) }
    }
    guard let failure else {
      throw .timedOut(nil, peer: name, seconds: 2 * options.connectSeconds + 1)
    }
    if let failure { throw .unreachable(peer: name, reason: failure) }
  }

  /// Sends calls as soon as connections have room for them.
  ///
  /// Returns at once.
  func submit(_ calls: [Call]) {
    let plan = state.withLock { state in
      var plan = Plan()
      for call in calls { admit(call, to: &state, &plan) }
      dispatch(&state, &plan)
      return plan
    }
    run(plan)
  }

  /// Has every connection sync what the ledger wants synced.
  func syncIfWanted() {
    for line in state.withLock({ $0.lines }) { line.link.syncIfWanted() }
  }

  /// Ends all calls with an error and closes all connections.
  func close() {
    clock.withLock { $0?.cancel() }
    let (lines, calls) = state.update { state in
      defer {
        state.isClosed = true
        state.waiting = []
        state.lines = []
      }
      return (state.lines, Array(state.waiting))
    }
    for call in calls { call.fail(closedError, ledger) }
    for line in lines { line.link.close() }
  }

  // MARK: From the connections

  /// A connection is ready for calls.
  func opened(_ link: Link) {
    let plan = state.update { state in
      var plan = Plan()
      state.isOpening = false
      state.isCutOff = false
      if !state.isClosed { state.lines.append(Line(link: link)) }
      dispatch(&state, &plan)
      return plan
    }
    if state.withLock({ $0.isClosed }) { link.close() }
    run(plan)
  }

  /// A connection could not be made.
  ///
  /// - Parameter isAway: whether the server may only be away.
  func failed(_ reason: String, isAway: Bool) {
    let plan = state.update { state in
      var plan = Plan()
      state.isOpening = false
      state.failure = reason
      state.isAway = isAway
      state.isCutOff = true
      lengthenPause(&state)
      dispatch(&state, &plan)
      return plan
    }
    run(plan)
  }

  /// A connection has had `count` replies.
  ///
  /// - Returns: calls that it should send now.
  func completed(_ count: Int, on link: Link) -> [Call] {
    state.withLock { state in
      guard let index = state.lines.firstIndex(where: { $0.link === link }) else { return [] }
      state.pauseSeconds = 0
      state.lines[index].hasReplied = true
      state.lines[index].load -= count
      let room = Self.callsPerConnection - state.lines[index].load
      let next = Array(state.waiting.prefix(room))
      state.waiting.removeFirst(next.count)
      state.lines[index].load += next.count
      return next
    }
  }

  /// A connection has ended; `calls` were in flight, or not yet synced.
  func lost(_ link: Link, calls: [Call], reason: String, isBreach: Bool) {
    let plan = state.update { state in
      var plan = Plan()
      let line = state.lines.firstIndex { $0.link === link }.map { state.lines.remove(at: $0) }
      state.failure = reason
      // One that never replied may have a server that always hangs up.
      if line?.hasReplied != true || isBreach { lengthenPause(&state) }
      takeBack(calls.map { isBreach ? $0.countingBreach() : $0 }, reason, &state, &plan)
      dispatch(&state, &plan)
      return plan
    }
    run(plan)
  }

  /// A connection that is about to end could not send these.
  func returned(_ calls: [Call]) {
    let plan = state.withLock { state in
      var plan = Plan()
      takeBack(calls, state.failure ?? "", &state, &plan)
      dispatch(&state, &plan)
      return plan
    }
    run(plan)
  }

  // MARK: With the lock held

  private func admit(_ call: Call, to state: inout State, _ plan: inout Plan) {
    if state.isClosed {
      plan.rejected.append((call, closedError))
    } else if case .read = call, state.waiting.count >= options.waitingCalls {
      let reason = "more than \(options.waitingCalls) calls wait"
      plan.rejected.append((call, .unreachable(peer: name, reason: reason)))
    } else {
      state.waiting.append(call)
    }
  }

  /// Puts calls back at the head of the queue, except those that always end in a breach.
  private func takeBack(
    _ calls: [Call], _ reason: String, _ state: inout State, _ plan: inout Plan
  ) {
    for call in calls.reversed() {
      if state.isClosed {
        plan.rejected.append((call, closedError))
      } else if call.breaches >= Self.breachLimit {
        plan.rejected.append((call, refusal(of: call, reason)))
      } else {
        state.waiting.prepend(call)
      }
    }
  }

  /// Gives waiting calls to connections with room, and sees whether another one is needed.
  private func dispatch(_ state: inout State, _ plan: inout Plan) {
    var batches = [[Call]](repeating: [], count: state.lines.count)
    while !state.waiting.isEmpty,
      let index = state.lines.indices.min(by: { state.lines[$0].load < state.lines[$1].load }),
      state.lines[index].load < Self.callsPerConnection
    {
      batches[index].append(state.waiting.removeFirst())
      state.lines[index].load += 1
    }
    for (line, calls) in zip(state.lines, batches) where !calls.isEmpty {
      plan.batches.append((line.link, calls))
    }
    guard needsAnother(state) else { return }
    state.isOpening = true
    plan.opensAfter = state.pauseSeconds
  }

  private func needsAnother(_ state: State) -> Bool {
    guard !state.isOpening, !state.isClosed else { return false }
    if state.lines.isEmpty { return !state.waiting.isEmpty }
    return state.lines.count < options.connections
      && state.lines.allSatisfy { $0.load >= Self.crowdedCalls }
  }

  private func lengthenPause(_ state: inout State) {
    state.pauseSeconds = min(
      max(Self.firstPauseSeconds, 2 * state.pauseSeconds), options.reconnectSeconds)
  }

  private func refusal(of call: Call, _ reason: String) -> BlockError {
    let subject = call.score.map { "block \($0): " } ?? ""
    return .refused(peer: name, reason: subject + reason)
  }

  private var closedError: BlockError { .unreachable(peer: name, reason: "client is closed") }

  // MARK: Without the lock

  private func run(_ plan: Plan) {
    for (link, calls) in plan.batches { link.send(calls) }
    for (call, error) in plan.rejected { call.fail(error, ledger) }
    if let seconds = plan.opensAfter { startConnecting(after: seconds) }
  }

  private func startConnecting(after seconds: Double) {
    let connector = Connector(dial, options: options)
    loops.next().scheduleTask(in: .seconds(seconds)) { [weak self] in
      guard let self else { return }
      connector.connect(for: self)
    }
  }

  /// Ends the waiting calls whose deadline has passed.
  private func expireWaiting() {
    let (expired, failure, isCutOff) = state.withLock { state in
      let expired = state.waiting.filter { $0.deadline?.hasPassed == true }
      if !expired.isEmpty { state.waiting.removeAll { $0.deadline?.hasPassed == true } }
      return (expired, state.failure, state.isCutOff && state.lines.isEmpty)
    }
    for call in expired {
      call.fail(isCutOff ? cutOff(failure) : late(call, failure), ledger)
    }
  }

  /// What a call ends with that no connection could be made for: so would every other one.
  private func cutOff(_ failure: String?) -> BlockError {
    let reason = "no connection for \(options.callSeconds) s" + (failure.map { ": \($0)" } ?? "")
    return .unreachable(peer: name, reason: reason)
  }

  /// What a call ends with that was not answered, whatever others were.
  private func late(_ call: Call, _ failure: String?) -> BlockError {
    let peer = failure.map { "\(name) (\($0))" } ?? name
    return .timedOut(call.score, peer: peer, seconds: options.callSeconds)
  }
}
