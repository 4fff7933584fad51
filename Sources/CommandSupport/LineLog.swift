public import Logging

/// A log on standard error: one line an event, beginning with the name of the command.
public struct LineLog: LogHandler {
  /// Facts that are added to every line.
  public var metadata = Logger.Metadata()
  /// The least severe events that are logged.
  public var logLevel = Logger.Level.info

  private let name: String

  /// A log for the command called `name`.
  public init(name: String) {
    self.name = name
  }

  /// A logger that writes to such a log.
  public static func logger(name: String, isVerbose: Bool) -> Logger {
    var logger = Logger(label: name) { LineLog(name: $0) }
    logger.logLevel = isVerbose ? .debug : .info
    return logger
  }

  /// A fact that is added to every line.
  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  /// Writes an event as a line.
  public func log(event: LogEvent) {
    let facts = metadata.merging(event.metadata ?? [:]) { $1 }
    let tail = facts.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
    StandardError.print("\(name): \(event.message)\(tail)")
  }
}
