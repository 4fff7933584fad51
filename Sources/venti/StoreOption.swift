import ArgumentParser
import CommandSupport
import Posix

/// The option that names a store.
struct StoreOption: ParsableArguments {
  @Option(
    name: [.customShort("h", allowingJoined: true), .customLong("store")],
    help: ArgumentHelp(
      "The store: a server (host, host:port, tcp!host!port), or a directory or venti.conf of this machine. Default: $venti.",
      valueName: "store"))
  var store: String?

  private var location: StoreLocation {
    get throws { try StoreLocation(option: store, variable: Environment["venti"]) }
  }

  /// Opens the store for reading.
  func open() throws -> OpenStore {
    try OpenStore(at: location) { StandardError.print("venti: \($0)") }
  }

  /// Opens the store for writing.
  func openForWriting() throws -> WritableStore { try WritableStore(at: location) }
}
