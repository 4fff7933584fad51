/// A moment, counted from 1970-01-01 00:00 UTC.
public struct Timestamp: Sendable, Hashable {
  /// Whole seconds.
  public var seconds: Int64
  /// Nanoseconds past `seconds`, below 1,000,000,000.
  public var nanoseconds: UInt32

  /// The moment `seconds` and `nanoseconds` after the epoch.
  public init(seconds: Int64, nanoseconds: UInt32 = 0) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }
}
