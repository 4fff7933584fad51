import ArgumentParser
import CommandSupport
import Logging
import Posix
import SystemPackage
import VentiCore
import VentiServer
import VentiStore
import VentiWire

/// Serves a store of this machine.
struct Serve: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serve a store of this machine to venti clients.",
    discussion: """
      Prints a line with its addresses once it serves, and goes on until it is sent SIGTERM, \
      SIGINT or SIGHUP; then it answers what it has been asked, brings the store up to date, and \
      ends. A service manager is told when it is ready, and may hand over sockets: those that are named \
      'http' are for web pages.
      """,
    helpNames: .long)

  @Argument(
    help: ArgumentHelp(
      "The store: its venti.conf, or the directory that holds it.", valueName: "store"))
  var store: String?

  @Option(
    name: [.customShort("c", allowingJoined: true), .customLong("configuration")],
    help: "The store, as plan9port's server takes it.")
  var configuration: String?

  @Option(
    name: [.customShort("a", allowingJoined: true), .customLong("address")],
    help:
      "Where to listen: tcp!host!port, host:port, unix!path; may be given again. Default: addr in venti.conf, else tcp!*!venti."
  )
  var addresses: [String] = []

  @Option(
    name: [.customShort("h", allowingJoined: true), .customLong("http")],
    help: ArgumentHelp(
      "Where to show web pages: tcp!host!port, host:port. Default: httpaddr in venti.conf, else none.",
      valueName: "address"))
  var http: String?

  @Option(
    name: .customLong("sync-interval"),
    help: ArgumentHelp(
      "Make safe what was written after so long, even if no client asks. Default: 5.",
      valueName: "seconds"))
  var syncIntervalSeconds: Double?

  @Flag(name: [.customShort("r"), .customLong("read-only")], help: "Refuse writes.")
  var isReadOnly = false

  @Flag(name: [.customShort("v"), .customLong("verbose")], help: "Log every connection.")
  var isVerbose = false

  @OptionGroup var classic: ServeClassics

  @OptionGroup(title: "Limits")
  var limits: ServeLimits

  func validate() throws {
    guard (store == nil) != (configuration == nil) else {
      throw ValidationError("Name one store, as an argument or with -c.")
    }
    if let syncIntervalSeconds, !(syncIntervalSeconds > 0) {
      throw ValidationError("A sync interval must be more than 0 seconds.")
    }
  }

  func run() throws {
    ProcessMemory.keepFreed()
    try Self.reporting(as: Self.title) {
      // Scripts on this machine find the arenas by the names in /index, from wherever they are.
      let path = WorkingDirectory.absolute(FilePath(store ?? configuration ?? ""))
      let configuration = classic.applied(to: try StoreConfiguration(contentsOf: path))
      let logger = LineLog.logger(name: Self.title, isVerbose: isVerbose)
      try checkMemory(configuration, logger)
      let ending = Monitor<CInt?>(nil)
      let watch = try TerminationWatch { signal in ending.update { $0 = signal } }
      let served = try open(configuration, logger)
      do {
        let running = try start(served, configuration, logger)
        sayReady(running)
        let signal = waitForEnd(ending, of: running.server)
        ServiceManager.notify("STOPPING=1")
        logger.info("stopping on signal \(signal)")
        running.pages?.stop()
        running.server.stop()
      } catch {
        try? served.store?.close()
        throw error
      }
      try served.store?.close()
      logger.info("stopped")
      withExtendedLifetime(watch) {}
    }
  }

  private static let title = "venti serve"

  private func checkMemory(
    _ configuration: StoreConfiguration, _ logger: Logger
  ) throws(CommandError) {
    let memory = ServeMemory(
      configuration, limits.options(for: configuration), isReadOnly: isReadOnly)
    try memory.checkAddressSpace()
    if let warning = memory.warning() { logger.warning("\(warning)") }
  }

  private func open(
    _ configuration: StoreConfiguration, _ logger: Logger
  ) throws(StoreError) -> ServedStore {
    isReadOnly
      ? try ServedStore(reading: configuration, logger: logger)
      : try ServedStore(
        writing: configuration, syncIntervalSeconds: syncIntervalSeconds, logger: logger)
  }

  /// The servers that run.
  private typealias Running = (server: VentiServer, pages: HTTPServer?)

  private func start(
    _ served: ServedStore, _ configuration: StoreConfiguration, _ logger: Logger
  ) throws -> Running {
    let options = limits.options(for: configuration)
    let sockets = try ServiceManager.takeSockets()
    let blockSockets = sockets.filter { $0.name != "http" }
    let pageSockets = sockets.filter { $0.name == "http" }
    let server = try VentiServer.start(
      reading: served.source, writing: served.store,
      at: try blockAddresses(configuration, hasSockets: !blockSockets.isEmpty), and: blockSockets,
      options: options, logger: logger)
    do {
      let addresses = try pageAddresses(configuration, hasSockets: !pageSockets.isEmpty)
      guard !addresses.isEmpty || !pageSockets.isEmpty else { return (server, nil) }
      let pages = try HTTPServer.start(
        showing: served.pages, of: server, at: addresses, and: pageSockets, options: options,
        logger: logger)
      logger.info("web pages at \(Self.text(of: pages.addresses))")
      return (server, pages)
    } catch {
      server.stop()
      throw error
    }
  }

  /// Sockets that are handed over take the place of the addresses in a configuration.
  private func blockAddresses(
    _ configuration: StoreConfiguration, hasSockets: Bool
  ) throws(FormatError) -> [DialString] {
    let usual = hasSockets ? [] : [configuration.address ?? "tcp!*!venti"]
    return try (addresses.isEmpty ? usual : addresses).map { text throws(FormatError) in
      try DialString(text)
    }
  }

  private func pageAddresses(
    _ configuration: StoreConfiguration, hasSockets: Bool
  ) throws(FormatError) -> [DialString] {
    guard let text = http ?? (hasSockets ? nil : configuration.httpAddress) else { return [] }
    return [try DialString(text)]
  }

  /// Waits for a signal; meanwhile tells the service manager, if it wants to know, that the server is
  /// alive, as long as it is.
  private func waitForEnd(_ ending: Monitor<CInt?>, of server: VentiServer) -> CInt {
    let patience = ServiceManager.watchdogSeconds
    while true {
      let signal = ending.wait(until: patience.map { .after(seconds: $0 / 3) }) { $0 }
      if let signal { return signal }
      if let patience, server.isResponsive(withinSeconds: patience / 3) {
        ServiceManager.notify("WATCHDOG=1")
      }
    }
  }

  private func sayReady(_ running: Running) {
    let places = Self.text(of: running.server.addresses)
    // An output that is gone is no reason to stop.
    _ = try? FileDescriptor.standardOutput.writeAll("\(Self.title): serving at \(places)\n".utf8)
    ServiceManager.notify("READY=1\nSTATUS=serving at \(places)")
  }

  private static func text(of addresses: [DialString]) -> String {
    addresses.map(\.description).joined(separator: " ")
  }
}
