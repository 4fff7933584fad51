import ArgumentParser
import SystemPackage
import VentiStore

/// The argument that names a store of this machine.
struct StoreArgument: ParsableArguments {
  @Argument(
    help: "The store: its venti.conf, or the directory that holds it.", completion: .file())
  var store: String

  /// The store's configuration.
  var configuration: StoreConfiguration {
    get throws(StoreError) { try StoreConfiguration(contentsOf: FilePath(store)) }
  }
}

/// The cache size that older tools take with a store.
struct CacheSizeOption: ParsableArguments {
  @Option(
    name: .customShort("B", allowingJoined: true),
    help: ArgumentHelp("Taken for old scripts: has no effect.", valueName: "size"))
  var cacheSize: String?
}
