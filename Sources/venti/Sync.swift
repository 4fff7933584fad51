import ArgumentParser
import CommandSupport
import VentiCore

/// Has a store put everything on stable storage.
struct Sync: ToolCommand {
  static let configuration = CommandConfiguration(
    abstract: "Return once all that was written to a store is on stable storage.",
    helpNames: .long)

  @OptionGroup var store: StoreOption

  @Flag(
    name: [.customShort("x"), .customLong("connect-only")],
    help: "Only see whether the store is there.")
  var onlyConnects = false

  func runTool() throws -> Bool {
    let source = try store.open().source
    // What writes to a store of this machine makes safe what it wrote before it ends.
    if !onlyConnects { try (source as? any BlockStore)?.sync() }
    return true
  }
}
