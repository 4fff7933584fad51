import ArgumentParser
import CommandSupport
import VentiCore

/// Has a store put everything on stable storage.
struct Sync: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Return once all that was written to a store is on stable storage.",
    helpNames: .long)

  @OptionGroup var store: StoreOption

  @Flag(
    name: [.customShort("x"), .customLong("connect-only")],
    help: "Only see whether the store is there.")
  var onlyConnects = false

  func run() throws {
    try Self.reporting(as: "venti sync") {
      let source = try store.open().source
      // A store that cannot be written has nothing that is not on stable storage.
      if !onlyConnects { try (source as? any BlockStore)?.sync() }
    }
  }
}
