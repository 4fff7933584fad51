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

  /// Opens the store.
  func open() throws -> OpenStore {
    let location = try StoreLocation(option: store, variable: Environment["venti"])
    return try OpenStore(at: location) { StandardError.print("venti: \($0)") }
  }
}
