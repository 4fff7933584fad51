internal import CFuse
internal import Posix

/// Where libfuse's messages go.
///
/// libfuse has one log for the whole process: that of the last session.
enum FuseLog {
  private struct Sinks {
    var log: @Sendable (String) -> Void = { _ in }
    var trace: (@Sendable (String) -> Void)?
    var lastComplaint: String?
  }

  private static let sinks = Monitor(Sinks())

  /// Sends complaints to `log` and the rest to `trace` from now on.
  static func use(
    log: @escaping @Sendable (String) -> Void, trace: (@Sendable (String) -> Void)?
  ) {
    sinks.withLock { $0 = Sinks(log: log, trace: trace) }
    unsafe cfuse_set_log_sink { level, message in
      guard let message = unsafe message else { return }
      unsafe FuseLog.take(level: level, String(cString: message))
    }
  }

  /// What libfuse complained of last since `use`.
  static var lastComplaint: String? { sinks.withLock { $0.lastComplaint } }

  private static func take(level: CInt, _ message: String) {
    let line = message.split(separator: "\n").joined(separator: "; ")
    let sink = sinks.withLock { sinks in
      if level > CInt(FUSE_LOG_WARNING.rawValue) { return sinks.trace }
      sinks.lastComplaint = line
      return sinks.log
    }
    sink?(line)
  }
}
