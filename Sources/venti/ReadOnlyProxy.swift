import ArgumentParser
import CommandSupport
import Posix
import VentiServer
import VentiWire

/// Serves another server's store, read-only.
struct ReadOnlyProxy: ToolCommand {
  static let configuration = CommandConfiguration(
    commandName: "ro", abstract: "Serve another server's store, read-only.",
    discussion: "Goes on until it is sent SIGTERM or SIGINT. Writes are refused.", helpNames: .long)

  @OptionGroup var store: StoreOption

  @Option(
    name: [.customShort("a", allowingJoined: true), .customLong("address")],
    help: "Where to listen: tcp!host!port, host:port, unix!path.")
  var address = "tcp!*!venti"

  @Flag(name: [.customShort("v"), .customLong("verbose")], help: "Log every connection.")
  var isVerbose = false

  func runTool() throws -> Bool {
    let ending = Monitor<CInt?>(nil)
    let watch = try TerminationWatch { signal in ending.update { $0 = signal } }
    let server = try VentiServer.start(
      reading: store.open().source, at: [DialString(address)],
      logger: LineLog.logger(name: "venti ro", isVerbose: isVerbose))
    print("venti ro: serving at \(server.addresses.map(\.description).joined(separator: " "))")
    StandardLines.write()
    _ = ending.wait { $0 }
    server.stop()
    withExtendedLifetime(watch) {}
    return true
  }
}
