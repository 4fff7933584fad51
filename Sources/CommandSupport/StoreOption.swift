public import ArgumentParser
internal import Posix

/// The option that names a store.
public struct StoreOption: ParsableArguments {
  /// The store; nil for the default.
  @Option(
    name: [.customShort("h", allowingJoined: true), .customLong("store")],
    help: ArgumentHelp(
      "The store: a server (host, host:port, tcp!host!port), or a directory or venti.conf of this machine. Default: $venti, else your own, which vac makes on first use.",
      valueName: "store"),
    completion: .file())
  public var name: String?

  /// The default store.
  public init() {}

  /// Where the store is.
  ///
  /// - Parameter argument: the store, where a command takes it as an argument too.
  public func location(or argument: String? = nil) throws(CommandError) -> StoreLocation {
    try StoreLocation(option: argument ?? name, variable: Environment["venti"])
  }
}
