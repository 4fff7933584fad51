import ArgumentParser
import CommandSupport
import VentiStore
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

  @Option(
    name: .customShort("o", allowingJoined: true),
    help: ArgumentHelp(
      "Where the one arena begins in the file. Default: all arenas of a partition, else 0.",
      valueName: "offset"))
  var start: ByteCount?

  @Argument(help: "A partition of arenas, or an arena in a file of its own.", completion: .file())
  var file: String

  @Argument(help: "Offset of the first clump to list.")
  var offset = ByteCount(0)

  func runTool() throws -> Bool {
    var isSound = true
    for arena in try arenas(in: file, at: start) {
      isSound = try ArenaPrinter(arena, to: .standard).run(from: offset.bytes) && isSound
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
