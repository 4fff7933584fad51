import ArgumentParser
import CommandSupport
import SystemPackage
import VentiStore
import VentiTools

/// Writes an arena to standard output.
struct ReadArena: ToolCommand {
  static let configuration = CommandConfiguration(
    commandName: "rdarena", abstract: "Write an arena, head to tail, to standard output.",
    helpNames: .long)

  @Flag(name: .customShort("q"), help: "Say nothing on standard error.")
  var isQuiet = false

  @Flag(name: .customShort("v"), help: "Describe the partition.")
  var isVerbose = false

  @Argument(help: "The partition of arenas.", completion: .file())
  var file: String

  @Argument(help: "The name of the arena.")
  var arena: String

  func runTool() throws -> Bool {
    let partition = try arenaPartition(file)
    if isVerbose { ArenaDescription.lines(of: partition).forEach(StandardError.print) }
    let arena = try partition.arena(arena)
    if !isQuiet {
      StandardError.print("copying \(arena.name) to standard output")
      ArenaDescription.lines(of: arena, try arena.tail()).forEach(StandardError.print)
    }
    try ArenaExport(arena).write(to: .standardOutput)
    return true
  }
}
