import ArgumentParser
import CommandSupport
import VentiTools

/// Lists the blocks of an arena.
struct PrintArena: ToolCommand {
  static let configuration = CommandConfiguration(
    commandName: "printarena", abstract: "List the blocks of an arena: offset, score, type, size.",
    discussion: """
      Blocks that do not match their scores are passed over, and told of on standard error; the \
      status is 1 then.
      """,
    helpNames: .long)

  @OptionGroup var from: ArenaArguments

  func runTool() throws -> Bool {
    var isSound = true
    for arena in try from.arenas {
      isSound = try ArenaPrinter(arena, to: .standard).run(from: from.offset.bytes) && isSound
    }
    return isSound
  }
}

/// Lists the arenas of a partition.
struct PrintArenaPartition: ToolCommand {
  static let configuration = CommandConfiguration(
    commandName: "printarenapart", abstract: "List the arenas of a partition.", helpNames: .long)

  @Argument(help: "The partition of arenas.", completion: .file())
  var file: String

  func runTool() throws -> Bool {
    ArenaPartitionPrinter(try arenaPartition(file), to: .standard).run()
  }
}
