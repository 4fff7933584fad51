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
      Prints a line with its addresses once it serves, and goes on until it is sent SIGTERM or \
      SIGINT; then it answers what it has been asked, and ends.
      """,
    helpNames: .long)

  @Option(
    name: [.customShort("c", allowingJoined: true), .customLong("configuration")],
    help: "The store: its venti.conf, or the directory that holds it.")
  var configuration: String

  @Option(
    name: [.customShort("a", allowingJoined: true), .customLong("address")],
    help:
      "Where to listen: tcp!host!port, host:port, unix!path; may be given again. Default: addr in venti.conf, else tcp!*!venti."
  )
  var addresses: [String] = []

  @Flag(name: [.customShort("r"), .customLong("read-only")], help: "Refuse writes.")
  var isReadOnly = false

  @Flag(name: [.customShort("v"), .customLong("verbose")], help: "Log every connection.")
  var isVerbose = false

  func run() throws {
    try Self.reporting(as: Self.title) {
      let configuration = try StoreConfiguration(contentsOf: FilePath(configuration))
      let logger = LineLog.logger(name: Self.title, isVerbose: isVerbose)
      let store = try ReadOnlyStore(configuration)
      for problem in store.problems { logger.warning("\(problem)") }
      let server = try VentiServer.start(
        reading: store, at: try listeningAddresses(configuration), logger: logger)
      try serve(server)
    }
  }

  private static let title = "venti serve"

  private func listeningAddresses(_ configuration: StoreConfiguration) throws -> [DialString] {
    let texts = addresses.isEmpty ? [configuration.address ?? "tcp!*!venti"] : addresses
    return try texts.map { try DialString($0) }
  }

  /// Says that the server is ready, and waits for the signal to stop.
  private func serve(_ server: VentiServer) throws {
    let isEnding = Monitor(false)
    let watch = try TerminationWatch { _ in isEnding.update { $0 = true } }
    let places = server.addresses.map(\.description).joined(separator: " ")
    try FileDescriptor.standardOutput.writeAll("\(Self.title): serving at \(places)\n".utf8)
    let _: Bool? = isEnding.wait { $0 ? true : nil }
    server.stop()
    withExtendedLifetime(watch) {}
  }
}
