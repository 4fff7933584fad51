/// How a client behaves: its limits, each with a name, and its patience.
public struct ClientOptions: Sendable {
  /// The most connections to the server; they are opened as the load asks for them.
  public var connections = 4
  /// How long a read may take in all, reconnections included.
  public var callSeconds = 30.0
  /// How long a connection may be silent while calls are in flight on it.
  ///
  /// It is replaced then, and the calls go out again: a router may have forgotten it, or the server
  /// may have lost its power.
  public var silenceSeconds = 10.0
  /// How long a sync may take; a server that flushes a large cache needs its time.
  public var syncSeconds = 300.0
  /// How long a server that is away when the first connection is made is tried again; 0, not at all.
  ///
  /// No such host, or something else than a venti server, is nothing to wait for.
  public var firstConnectionSeconds = 0.0
  /// How long it may take to connect and to greet each other.
  public var connectSeconds = 10.0
  /// The most reads that wait because every connection has all the calls it can have in flight.
  public var waitingCalls = 65_536
  /// The most bytes of blocks that were written and are not synced yet; a writer waits beyond.
  ///
  /// They stay in memory, so that a server which was restarted is sent again what it may have
  /// lost.
  public var unsyncedBytes = 32 << 20
  /// The longest pause before the next attempt to connect; the first is a twentieth of a second.
  public var reconnectSeconds = 5.0
  /// Told that the server is away and will be tried again, as a line of text for people.
  public var notice: (@Sendable (String) -> Void)?
  /// Told of every message, as a line of text for a log: `tcp!backup!17034 -> tag 3 Tread …`.
  public var trace: (@Sendable (String) -> Void)?
  /// The addresses of a host, IPv6 and IPv4, in place of those that the system knows.
  package var addresses: (@Sendable (_ host: String) -> [String])?

  /// The defaults.
  public init() {}
}
