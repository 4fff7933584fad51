import ArgumentParser
import VentiCore
import VentiStore
import VentiTools

/// Finds a block in a partition of arenas.
struct FindScore: ToolCommand {
  static let configuration = CommandConfiguration(
    commandName: "findscore", abstract: "Find a block in the directories of a partition of arenas.",
    helpNames: .long)

  @Flag(name: .customShort("v"), help: "Describe the partition.")
  var isVerbose = false

  @Argument(help: "The partition of arenas.", completion: .file())
  var file: String

  @Argument(help: "The score, perhaps with a label.")
  var score: String

  func runTool() throws -> Bool {
    let score = try LabelledScore(score).score
    let partition = try arenaPartition(file)
    let output = ToolOutput.standard
    if isVerbose { ArenaDescription.lines(of: partition).forEach(output.note) }
    return ScoreFinder(to: output).run(score, in: partition)
  }
}

/// Counts the blocks of a store by size and type.
struct CountClumps: ToolCommand {
  static let configuration = CommandConfiguration(
    commandName: "clumpstats", abstract: "Count the blocks of a store by size and type.",
    helpNames: .long)

  @OptionGroup var cacheSize: CacheSizeOption

  @OptionGroup var store: StoreArgument

  func runTool() throws -> Bool {
    let parts = try StoreParts(store.configuration, for: .readOnly)
    let arenas = try parts.openArenas().flatMap(\.arenas)
    var statistics = ClumpStatistics(to: .standard)
    return try statistics.run(arenas)
  }
}
