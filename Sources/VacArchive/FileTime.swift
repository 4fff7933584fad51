/// A moment, in the terms of stat(2).
public struct FileTime: Hashable, Sendable {
  /// Seconds since 1970 began, negative before.
  public var seconds: Int64
  /// Nanoseconds after that, less than 10^9.
  public var nanoseconds: UInt32

  /// The moment `seconds` and `nanoseconds` after the beginning of 1970.
  public init(seconds: Int64, nanoseconds: UInt32 = 0) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }

  /// The 32 bits of `seconds` that a record holds by itself.
  var lowSeconds: UInt32 { UInt32(truncatingIfNeeded: seconds) }

  /// What a record cannot hold.
  var rest: UnixMetadata.TimeExtension {
    UnixMetadata.TimeExtension(
      highSeconds: Int32(truncatingIfNeeded: seconds >> 32), nanoseconds: nanoseconds)
  }

  /// Joins the seconds of a record, unsigned when nothing else is known, with their extension.
  init(_ lowSeconds: UInt32, _ rest: UnixMetadata.TimeExtension?) {
    seconds = Int64(rest?.highSeconds ?? 0) << 32 | Int64(lowSeconds)
    nanoseconds = rest?.nanoseconds ?? 0
  }
}
