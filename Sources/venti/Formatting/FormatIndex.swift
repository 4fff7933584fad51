import ArgumentParser
import VentiStore
import VentiTools

/// Lays out an index.
struct FormatIndex: ToolCommand {
  static let configuration = CommandConfiguration(
    commandName: "fmtindex", abstract: "Lay out an index over its sections and arenas.",
    helpNames: .long)

  @Flag(name: .customShort("a"), help: "Keep the layout, and add the arenas that it lacks.")
  var adds = false

  @Flag(
    name: .customLong("force"),
    help: "Lay the index out anew whatever it holds; buildindex has to follow.")
  var overwrites = false

  @OptionGroup var store: StoreArgument

  func runTool() throws -> Bool {
    let configuration = try store.configuration
    let lock = try StoreLock(configuration)
    defer { withExtendedLifetime(lock) {} }
    var formatter = IndexFormatter(to: .standard)
    formatter.adds = adds
    formatter.overwrites = overwrites
    try formatter.run(StoreParts(configuration, for: .readWrite))
    return true
  }
}
