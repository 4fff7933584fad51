public import ArgumentParser
internal import Posix
public import VentiClient

/// What a command does with a store: how patient it is comes from there.
public protocol StoreUse: Sendable {
  /// Seconds for which a server may be silent, unless the user says otherwise.
  static var timeoutSeconds: Double { get }
  /// What happens after them.
  static var timeoutHelp: ArgumentHelp { get }
  /// Whether that goes for a server, too, that is away from the beginning.
  static var waitsForServer: Bool { get }
}

/// Somebody waits for what is read.
public enum Reading: StoreUse {
  /// Half a minute.
  public static let timeoutSeconds = 30.0
  /// What happens after that.
  public static let timeoutHelp: ArgumentHelp =
    "Seconds after which a server that does not answer fails a read."
  /// Whoever looks on wants to know at once.
  public static let waitsForServer = false
}

/// A backup rather waits for a server that is started anew than begins again.
public enum BackingUp: StoreUse {
  /// Five minutes.
  public static let timeoutSeconds = 300.0
  /// What happens after that.
  public static let timeoutHelp: ArgumentHelp =
    "Seconds for which a server may be away before the backup fails."
  /// It may be starting as well.
  public static let waitsForServer = true
}

/// Which store, and how to talk to it.
public struct StoreOptions<Use: StoreUse>: ParsableArguments {
  /// The longest time-out that makes sense.
  private static var timeoutLimit: Double { 86_400 }

  /// The store.
  @OptionGroup public var store: StoreOption

  /// Seconds for which a server may be silent.
  @Option(help: Use.timeoutHelp)
  public var timeout = Use.timeoutSeconds

  /// Whether every call to a server is logged.
  @Flag(
    name: [.customShort("V"), .customLong("trace-venti")], help: "Log every call to the server.")
  public var tracesVenti = false

  /// The default store.
  public init() {}

  /// Checks the time-out.
  public func validate() throws {
    guard timeout > 0, timeout <= Self.timeoutLimit else {
      throw ValidationError("timeout \(timeout): expected seconds above 0, at most a day")
    }
  }

  /// How to talk to a server.
  ///
  /// - Parameter log: takes what the user is to know: of a server that is away, and of all calls
  ///   where they are to be logged.
  public func client(log: @escaping @Sendable (String) -> Void) -> ClientOptions {
    var options = ClientOptions()
    options.callSeconds = timeout
    options.connectSeconds = min(options.connectSeconds, timeout)
    if Use.waitsForServer { options.firstConnectionSeconds = timeout }
    options.notice = log
    if tracesVenti { options.trace = log }
    return options
  }
}
