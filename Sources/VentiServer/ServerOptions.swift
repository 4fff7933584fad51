import Posix

/// The limits of a server, so that slow or dead clients hold up nobody else.
public struct ServerOptions: Sendable {
  /// Who may connect; nil, everybody.
  ///
  /// Unix sockets have permissions of their own.
  public var allowed: [AddressRange]?
  /// The most connections at a time; further ones are closed at once.
  public var connections = 1024
  /// The most requests of one connection that are being worked on.
  public var activeCalls = 64
  /// The most requests of one connection that have been read and not answered; beyond, nothing
  /// more is read from it, but for what has arrived with the last of them.
  public var pendingCalls = 512
  /// The most bytes of replies that wait for a client before its requests wait too.
  public var outputBytes = 1 << 20
  /// The most bytes that all clients together may hold: what they sent, and what waits for them.
  public var clientBytes = 256 << 20
  /// How long a client may take for its version line and its hello.
  public var helloSeconds = 30.0
  /// How long a client may take none of the bytes that wait for it, and how long it may leave a
  /// message half sent.
  public var stallSeconds = 60.0
  /// How long a client may ask nothing; nil, as long as it likes.
  ///
  /// A client of plan9port's does not connect again when it is cut off.
  public var idleSeconds: Double?
  /// How long `stop` waits for requests that have been read to be answered.
  public var drainSeconds = 10.0
  /// Memory for blocks that were read last, in bytes.
  public var cacheBytes = 64 << 20
  /// The most connections at a time that ask for web pages.
  public var pageConnections = 64
  /// The most bytes of a request for a web page, body included.
  public var pageRequestBytes = 16 << 10
  /// How long a client may take to ask for a web page, and how long to take it.
  public var pageSeconds = 30.0
  /// Threads that read blocks.
  public var readerThreads = 8
  /// Threads that write blocks and sync: one for each processor to compress, and some that wait.
  public var writerThreads = Machine.processorCount + 2

  /// The defaults.
  public init() {}
}
