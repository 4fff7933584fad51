internal import Glibc

/// The time of day.
public enum WallClock {
  /// Seconds since 1970 UTC, as venti keeps them: good until 2106.
  public static var seconds: UInt32 { UInt32(truncatingIfNeeded: time(nil)) }
}
