import Glibc

/// A point on the monotonic clock after which a wait is given up.
public struct Deadline: Sendable, Comparable {
  /// Nanoseconds of `CLOCK_MONOTONIC`.
  public let nanoseconds: Int64

  /// The present moment.
  public static var now: Deadline { Deadline(nanoseconds: monotonicNanoseconds()) }

  /// The moment `seconds` from now; a value beyond the clock's range becomes its end.
  public static func after(seconds: Double) -> Deadline {
    let span = min(max(seconds, 0), 1e9) * 1e9
    return Deadline(nanoseconds: monotonicNanoseconds() + Int64(span))
  }

  /// Seconds left, negative once the deadline has passed.
  public var secondsLeft: Double { Double(nanoseconds - monotonicNanoseconds()) / 1e9 }

  /// Whether the deadline has passed.
  public var hasPassed: Bool { monotonicNanoseconds() >= nanoseconds }

  /// Returns once it has passed.
  package func wait() {
    var moment = timespec
    while unsafe clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &moment, nil) == EINTR {}
  }

  /// Whether `left` comes before `right`.
  public static func < (left: Deadline, right: Deadline) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  /// The form that `pthread_cond_timedwait` takes.
  var timespec: Glibc.timespec {
    Glibc.timespec(
      tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
  }
}

/// Reads `CLOCK_MONOTONIC`, in nanoseconds.
private func monotonicNanoseconds() -> Int64 {
  var now = timespec()
  unsafe clock_gettime(CLOCK_MONOTONIC, &now)
  return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
}
