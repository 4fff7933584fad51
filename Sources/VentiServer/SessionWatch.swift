import NIOCore

/// Notes what a client does, and says when it has tried the server's patience.
struct SessionWatch {
  private let start = NIODeadline.now()
  private var lastRequest = NIODeadline.now()
  private var writtenBytes = 0
  private var takenBytes = 0
  private var lastTaken = NIODeadline.now()

  /// A request has come.
  mutating func noteRequest() {
    lastRequest = .now()
  }

  /// Bytes have been written that the client should take.
  mutating func noteOutput(_ count: Int) {
    writtenBytes += count
  }

  /// What a session is at when it looks at the clock.
  struct State {
    /// Whether the client has said hello.
    let isGreeted: Bool
    /// Whether no request is being worked on.
    let isIdle: Bool
    /// Bytes written that the client has not taken.
    let waitingBytes: Int
    /// When the last bytes of a message came whose rest is wanted; nil when it was whole.
    let lastPart: NIODeadline?
  }

  /// Looks at the clock.
  ///
  /// - Returns: why the connection should be closed, or nil.
  mutating func check(
    _ options: ServerOptions, _ state: State, now: NIODeadline = .now()
  ) -> String? {
    if !state.isGreeted, now - start >= .seconds(options.helloSeconds) {
      return "no hello in \(options.helloSeconds) s"
    }
    if let lastPart = state.lastPart, now - lastPart >= .seconds(options.stallSeconds) {
      return "client sent part of a message, and no more for \(options.stallSeconds) s"
    }
    let waitingBytes = state.waitingBytes
    let taken = writtenBytes - waitingBytes
    if waitingBytes == 0 || taken != takenBytes {
      takenBytes = taken
      lastTaken = now
    } else if now - lastTaken >= .seconds(options.stallSeconds) {
      return "client took nothing for \(options.stallSeconds) s"
    }
    if let idle = options.idleSeconds, state.isIdle, now - lastRequest >= .seconds(idle) {
      return "no request in \(idle) s"
    }
    return nil
  }
}

extension ServerOptions {
  /// How often each session looks at the clock: often enough for the shortest limit.
  var watchPeriod: TimeAmount {
    let shortest = min(helloSeconds, stallSeconds, idleSeconds ?? .infinity)
    return .seconds(min(max(shortest / 4, 0.01), 5))
  }
}

extension TimeAmount {
  /// A span of time from seconds and parts of one.
  static func seconds(_ seconds: Double) -> TimeAmount {
    .nanoseconds(Int64(min(max(seconds, 0), 1e9) * 1e9))
  }
}
