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

  /// Looks at the clock.
  ///
  /// - Parameters:
  ///   - isGreeted: whether the client has said hello.
  ///   - isIdle: whether no request is being worked on.
  ///   - waitingBytes: bytes written that the client has not taken.
  /// - Returns: why the connection should be closed, or nil.
  mutating func check(
    _ options: ServerOptions, isGreeted: Bool, isIdle: Bool, waitingBytes: Int,
    now: NIODeadline = .now()
  ) -> String? {
    if !isGreeted, now - start >= .seconds(options.helloSeconds) {
      return "no hello in \(options.helloSeconds) s"
    }
    let taken = writtenBytes - waitingBytes
    if waitingBytes == 0 || taken != takenBytes {
      takenBytes = taken
      lastTaken = now
    } else if now - lastTaken >= .seconds(options.stallSeconds) {
      return "client took nothing for \(options.stallSeconds) s"
    }
    if let idle = options.idleSeconds, isIdle, now - lastRequest >= .seconds(idle) {
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
