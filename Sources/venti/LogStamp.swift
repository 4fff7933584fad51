import Posix

/// The moment that a message of a tool begins with.
enum LogStamp {
  /// Now, as plan9port's tools have it: `2026/1122 11:32:42`.
  static var now: String {
    LocalDate.text(of: Int(WallClock.seconds), "%Y/%m%d %H:%M:%S") ?? "-"
  }
}
