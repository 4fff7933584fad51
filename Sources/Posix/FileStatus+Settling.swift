internal import Glibc

extension FileStatus {
  /// Seconds for which a change of the file may still leave its times as they are; 0 once each would be
  /// seen.
  ///
  /// The system tells times by a clock that ticks every few milliseconds, before Linux 6.13 at least, and
  /// some file systems by whole seconds, or two: what changes twice in a tick has the same times after
  /// both.
  ///
  /// - Parameter now: the time that the system would give to a change now.
  package func secondsUnsettled(
    at now: Time = .ofChangesNow, tick: Double = Time.tickSeconds
  ) -> Double {
    let isCoarse = changed.nanoseconds == 0 && modified.nanoseconds == 0
    guard isCoarse || changed >= now else { return 0 }
    let left = changed.seconds(since: now) + (isCoarse ? Self.coarseTickSeconds : tick)
    // What lies further ahead is of another machine's clock, and nobody knows how long that takes.
    return 0 < left && left <= Self.coarseTickSeconds + tick ? left : 0
  }

  /// The unit of FAT.
  private static let coarseTickSeconds = 2.0
}

extension FileStatus.Time: Comparable {
  /// What the system gives to a file that changes now.
  package static var ofChangesNow: Self {
    var now = Glibc.timespec()
    unsafe clock_gettime(CLOCK_REALTIME_COARSE, &now)
    return Self(now)
  }

  /// How long it gives the same to all.
  package static let tickSeconds: Double = {
    var tick = Glibc.timespec()
    unsafe clock_getres(CLOCK_REALTIME_COARSE, &tick)
    return Double(tick.tv_sec) + Double(tick.tv_nsec) / 1e9
  }()

  package static func < (left: Self, right: Self) -> Bool {
    (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
  }

  fileprivate func seconds(since other: Self) -> Double {
    Double(seconds) - Double(other.seconds)
      + (Double(nanoseconds) - Double(other.nanoseconds)) / 1e9
  }
}
