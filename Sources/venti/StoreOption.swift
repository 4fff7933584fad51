import ArgumentParser
import CommandSupport
import Posix

/// The option that names a store.
struct StoreOption: ParsableArguments {
  @Option(
    name: [.customShort("h", allowingJoined: true), .customLong("store")],
    help: ArgumentHelp(
      "The store: a server (host, host:port, tcp!host!port), or a directory or venti.conf of this machine. Default: $venti.",
      valueName: "store"),
    completion: .file())
  var store: String?

  /// Where the store is.
  ///
  /// - Parameter argument: the store, where a command takes it as an argument too.
  func location(or argument: String? = nil) throws -> StoreLocation {
    try StoreLocation(option: argument ?? store, variable: Environment["venti"])
  }

  /// Checks that the store is named once.
  func validate(besides argument: String?) throws {
    guard store == nil || argument == nil else {
      throw ValidationError("Name one store, as an argument or with -h.")
    }
  }

  /// Opens the store for reading.
  func open() throws -> OpenStore {
    try OpenStore(at: location()) { StandardError.print("venti: \($0)") }
  }

  /// Opens the store for writing.
  func openForWriting() throws -> WritableStore { try WritableStore(at: location()) }
}
