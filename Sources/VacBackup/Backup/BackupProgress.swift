internal import Posix

/// How far a backup is, as a line of text.
package struct BackupProgress {
  /// The line.
  package let text: String

  /// - Parameters:
  ///   - seconds: since the backup began.
  ///   - total: bytes that there are to be read, where that is known.
  package init(_ counters: BackupCounters, seconds: Double, total: Int? = nil) {
    let bytes = counters.bytes.count
    let rate = Double(bytes) / max(seconds, 0.001)
    let share = bytes > 0 ? counters.bytesKnown.count * 100 / bytes : 0
    var text =
      "\(counters.files.count) files, \(Self.megabytes(bytes)), \(Self.megabytes(Int(rate)))/s, "
      + "\(share)% deduplicated"
    if let total, total > bytes, rate > 0 {
      text += ", \(Self.duration(Double(total - bytes) / rate)) left"
    }
    self.text = text
  }

  private static func megabytes(_ bytes: Int) -> String {
    let tenths = bytes / 100_000
    return tenths < 1000 ? "\(tenths / 10).\(tenths % 10) MB" : "\(tenths / 10) MB"
  }

  private static func duration(_ seconds: Double) -> String {
    let seconds = Int(min(seconds, 1e9))
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
    return hours > 0 ? "\(hours) h \(minutes) min" : minutes > 0 ? "\(minutes) min" : "\(seconds) s"
  }
}
