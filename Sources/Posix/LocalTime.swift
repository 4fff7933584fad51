internal import Glibc

/// A moment as the clocks of this machine's time zone show it.
package struct LocalTime: Sendable, Hashable {
  package let year: Int
  /// 1...12.
  package let month: Int
  /// 1...31.
  package let day: Int
  package let hour: Int
  package let minute: Int

  /// - Parameter seconds: since 1970 began.
  /// - Returns: nil for a year that the C library cannot express.
  package init?(seconds: Int64) {
    var time = time_t(seconds)
    var fields = unsafe tm()
    guard unsafe localtime_r(&time, &fields) != nil else { return nil }
    unsafe (year, month, day) = (
      Int(fields.tm_year) + 1900, Int(fields.tm_mon) + 1, Int(fields.tm_mday)
    )
    unsafe (hour, minute) = (Int(fields.tm_hour), Int(fields.tm_min))
  }
}
