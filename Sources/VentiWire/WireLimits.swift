/// The sizes that bound whatever comes over a connection.
public enum WireLimits {
  /// Bytes of the largest block that a server stores: 56 KiB.
  public static let blockByteCount = 57_344

  /// Bytes of the largest block that a message of ours carries: what plan9port's small clients ask
  /// for and send.
  ///
  /// A server still answers a write of this size, to say that it is too large.
  public static let dataByteCount = 65_535

  /// Bytes of the largest message that is taken in: a write of `dataByteCount`.
  public static let bodyByteCount = 6 + dataByteCount

  /// Bytes of a version line before its line feed.
  public static let versionLineByteCount = 1022

  /// Bytes of a string in a message.
  public static let textByteCount = 1024

  /// Calls that one connection can have in flight: a tag is one byte.
  public static let tagCount = 256
}
