import Glibc

/// The system's log, for a process that has no terminal any more: syslog(3).
public enum SystemLog {
  /// How much a line matters.
  public enum Severity: Sendable {
    /// Something failed.
    case error
    /// Something is odd, or worth noting.
    case notice
    /// Detail that was asked for.
    case debug

    fileprivate var priority: Int32 {
      switch self {
      case .error: LOG_ERR
      case .notice: LOG_NOTICE
      case .debug: LOG_DEBUG
      }
    }
  }

  /// Writes one line, under the name of the program and its process number.
  public static func write(_ text: String, severity: Severity) {
    unsafe text.withCString { text in
      unsafe withVaList([text]) { unsafe vsyslog(LOG_DAEMON | severity.priority, "%s", $0) }
    }
  }

  /// Sets the name that lines carry; call it once.
  public static func open(as name: StaticString) {
    // syslog keeps the pointer: a static string lives for ever.
    unsafe openlog(
      UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self), LOG_PID, LOG_DAEMON)
  }
}
