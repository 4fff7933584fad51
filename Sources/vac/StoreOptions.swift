import ArgumentParser
import CommandSupport
import Posix
import VentiClient

/// Which store, and how to talk to it.
struct StoreOptions: ParsableArguments {
  @Option(
    name: [.customShort("h", allowingJoined: true), .customLong("store")],
    help:
      "The store: a server (host, host:port, tcp!host!port), or a directory or venti.conf of this machine. Default: $venti, else a store of your own, which is made on first use."
  )
  var store: String?

  @Option(help: "Seconds for which a server may be away before the backup fails.")
  var timeout = 300.0

  @Flag(
    name: [.customShort("V"), .customLong("trace-venti")], help: "Log every call to the server.")
  var tracesVenti = false

  func validate() throws {
    guard timeout > 0, timeout <= 86_400 else {
      throw ValidationError("timeout \(timeout): expected seconds above 0, at most a day")
    }
  }

  /// Opens the store, and makes the user's own where none is named.
  func open() throws(CommandError) -> WritableStore {
    let variable = Environment["venti"]
    if store == nil, variable == nil {
      try UserStore().make { StandardError.print("vac: \($0)") }
    }
    var options = ClientOptions()
    options.callSeconds = timeout
    if tracesVenti { options.trace = { StandardError.print("vac: \($0)") } }
    return try WritableStore(
      at: StoreLocation(option: store, variable: variable), options: options)
  }
}
