internal import Glibc

/// Moments as text, on the clocks of this machine's time zone.
package enum LocalDate {
  /// The text of a moment in the form that strftime(3) is given.
  ///
  /// - Parameter seconds: since 1970 began.
  /// - Returns: nil for a year that the C library cannot express.
  package static func text(of seconds: Int, _ format: String) -> String? {
    var time = time_t(seconds)
    var fields = unsafe tm()
    guard unsafe localtime_r(&time, &fields) != nil else { return nil }
    var buffer = [CChar](repeating: 0, count: 64)
    let count = unsafe strftime(&buffer, buffer.count, format, &fields)
    guard count > 0 else { return nil }
    return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// The text of a moment in universal time, as RFC 3339 has it: `2026-11-22T11:19:51Z`.
  package static func universal(_ seconds: Int) -> String? {
    var time = time_t(seconds)
    var fields = unsafe tm()
    guard unsafe gmtime_r(&time, &fields) != nil else { return nil }
    var buffer = [CChar](repeating: 0, count: 64)
    let count = unsafe strftime(&buffer, buffer.count, "%Y-%m-%dT%H:%M:%SZ", &fields)
    guard count > 0 else { return nil }
    return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
