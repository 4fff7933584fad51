import ArgumentParser
import CommandSupport
import VentiServer
import VentiStore

/// The options of `venti serve` that keep slow, dead or strange clients from holding up others.
struct ServeLimits: ParsableArguments {
  @Option(
    name: .customLong("allow"), parsing: .upToNextOption,
    help: ArgumentHelp(
      "Refuse everybody else: addresses or ranges as 10.1.0.0/16 or fd00::/8; may be given again.",
      valueName: "range"),
    transform: { try AddressRange($0) })
  var allowed: [AddressRange] = []

  @Option(name: .customLong("connections"), help: "The most clients at a time.")
  var connections = ServerOptions().connections

  @Option(
    name: .customLong("calls"), help: "The most calls of one client that are worked on at a time.")
  var calls = ServerOptions().activeCalls

  @Option(
    name: .customLong("pending-calls"),
    help: "The most calls of one client that wait or are worked on.")
  var pendingCalls = ServerOptions().pendingCalls

  @Option(
    name: .customLong("output-buffer"),
    help: "The most bytes of answers that wait for one client.")
  var outputBuffer = ByteCount(ServerOptions().outputBytes)

  @Option(
    name: .customLong("client-memory"),
    help: "The most bytes that requests and answers of all clients take.")
  var clientMemory = ByteCount(ServerOptions().clientBytes)

  @Option(
    name: .customLong("hello-timeout"),
    help: ArgumentHelp("How long a client may take to greet.", valueName: "seconds"))
  var helloSeconds = ServerOptions().helloSeconds

  @Option(
    name: .customLong("stall-timeout"),
    help: ArgumentHelp(
      "How long a client may leave answers waiting, or a message half sent.", valueName: "seconds"))
  var stallSeconds = ServerOptions().stallSeconds

  @Option(
    name: .customLong("idle-timeout"),
    help: ArgumentHelp(
      "How long a client may ask nothing. Default: as long as it likes.", valueName: "seconds"))
  var idleSeconds: Double?

  @Option(
    name: .customLong("drain-timeout"),
    help: ArgumentHelp(
      "How long the end waits for calls to be answered.", valueName: "seconds"))
  var drainSeconds = ServerOptions().drainSeconds

  @Option(name: .customLong("http-connections"), help: "The most connections for web pages.")
  var pageConnections = ServerOptions().pageConnections

  @Option(
    name: .customLong("http-timeout"),
    help: ArgumentHelp(
      "How long a client may take to ask for a web page, and how long to take it.",
      valueName: "seconds"))
  var pageSeconds = ServerOptions().pageSeconds

  func validate() throws {
    let counts = [
      connections, calls, pendingCalls, outputBuffer.bytes, clientMemory.bytes, pageConnections,
    ]
    guard counts.allSatisfy({ $0 > 0 }) else {
      throw ValidationError("A limit must be at least 1.")
    }
    let spans = [helloSeconds, stallSeconds, idleSeconds ?? 1, pageSeconds]
    guard spans.allSatisfy({ $0 > 0 }), drainSeconds >= 0 else {
      throw ValidationError("A timeout must be more than 0 seconds.")
    }
  }

  /// The limits, and the memory that a configuration gives to blocks.
  func options(for configuration: StoreConfiguration) -> ServerOptions {
    var options = ServerOptions()
    options.allowed = allowed.isEmpty ? nil : allowed
    options.connections = connections
    options.activeCalls = calls
    options.pendingCalls = pendingCalls
    options.outputBytes = outputBuffer.bytes
    options.clientBytes = clientMemory.bytes
    options.helloSeconds = helloSeconds
    options.stallSeconds = stallSeconds
    options.idleSeconds = idleSeconds
    options.drainSeconds = drainSeconds
    options.pageConnections = pageConnections
    options.pageSeconds = pageSeconds
    if let bytes = configuration.memBytes { options.cacheBytes = bytes }
    return options
  }
}
