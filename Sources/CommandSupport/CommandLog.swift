internal import Posix

/// Where a command that goes on for long says what it notices.
///
/// Standard error first; the system's log once it is in the background.
public final class CommandLog: Sendable {
  private let name: StaticString
  private let usesSystemLog = Monitor(false)

  /// A log of lines that begin with the name of the command.
  public init(name: StaticString) {
    self.name = name
  }

  /// From now on, lines go to the system's log.
  public func moveToSystemLog() {
    SystemLog.open(as: name)
    usesSystemLog.withLock { $0 = true }
  }

  /// Logs what went wrong.
  public func error(_ line: String) { write(line, .error) }

  /// Logs detail that was asked for.
  public func debug(_ line: String) { write(line, .debug) }

  private func write(_ line: String, _ severity: SystemLog.Severity) {
    if usesSystemLog.withLock({ $0 }) {
      SystemLog.write(line, severity: severity)
    } else {
      StandardError.print("\(name): \(line)")
    }
  }
}
