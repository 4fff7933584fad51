import Posix
import TestSupport
import VentiCore
import VentiWire

/// A server that dies at random moments, and starts again with what it had synced, and no more.
///
/// Now and then it only loses a connection, as a router does.
final class MortalServer: Sendable {
  private let state: Monitor<MortalState>
  private let double: ServerDouble

  /// A server whose deaths come once in about `lifetime` requests.
  init(seed: UInt64, lifetime: UInt64) throws {
    let state = Monitor(MortalState(generator: SeededGenerator(seed: seed)))
    self.state = state
    double = try ServerDouble { session in
      let run = state.withLock { state in
        state.sessions[ObjectIdentifier(session)] = session
        return state.run
      }
      defer { _ = state.withLock { $0.sessions.removeValue(forKey: ObjectIdentifier(session)) } }
      try session.greet()
      while true {
        let (tag, request) = try session.receive()
        let reply = try state.withLock { state in
          try state.handle(request, of: session, in: run, lifetime: lifetime)
        }
        if let reply { try session.send(reply, tag) }
      }
    }
  }

  var dial: DialString { double.dial }
  var durable: Set<Score> { state.withLock { $0.durable } }
  /// How often it has died, and how often it has lost a connection.
  var breaks: (deaths: Int, cuts: Int) { state.withLock { ($0.deaths, $0.cuts) } }

  func stop() { double.stop() }
}

/// What the threads of the server share.
private struct MortalState {
  /// What becomes of a request at which the server dies.
  enum Fate: CaseIterable {
    case answered
    /// The request is done, and its reply never sent.
    case unanswered
    /// The request is not done.
    case ignored
  }

  struct Dead: Error {}

  var generator: SeededGenerator
  /// Counts the server's lives.
  var run = 0
  /// What this run has acknowledged and not synced.
  var volatile: Set<Score> = []
  var durable: Set<Score> = []
  var sessions: [ObjectIdentifier: ServerDouble.Session] = [:]
  var deaths = 0
  var cuts = 0

  /// Does what a request asks for, unless this is the moment to die.
  mutating func handle(
    _ request: Request, of session: ServerDouble.Session, in run: Int, lifetime: UInt64
  ) throws -> Reply? {
    guard run == self.run else { throw Dead() }
    guard generator.next() % lifetime == 0 else { return perform(request) }
    let fate = Fate.allCases[Int(generator.next() % 3)]
    let reply = fate == .ignored ? nil : perform(request)
    if generator.next() % 4 == 0 {
      cuts += 1
      session.socket.shutDown()
    } else {
      die(sparing: fate == .answered ? session : nil)
    }
    return fate == .answered ? reply : nil
  }

  private mutating func perform(_ request: Request) -> Reply {
    switch request {
    case .write(let block, _):
      volatile.insert(block.score)
      return .stored(block.score)
    case .sync:
      durable.formUnion(volatile)
      volatile = []
      return .synced
    default:
      return .error("unknown request")
    }
  }

  /// Ends all connections, one of them only after the reply that it is about to send.
  private mutating func die(sparing last: ServerDouble.Session?) {
    deaths += 1
    run += 1
    volatile = []
    for session in sessions.values where session !== last { session.socket.shutDown() }
  }
}
