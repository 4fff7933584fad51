import ArgumentParser
import CommandSupport
import VentiCore
import VentiStore
import VentiTools

/// Sends the blocks of arenas to a store.
struct WriteArena: ToolCommand {
  static let configuration = CommandConfiguration(
    commandName: "wrarena",
    abstract: "Write the blocks of an arena, or of all arenas of a partition, to a store.",
    discussion: """
      Blocks that do not match their scores are passed over, and told of. An arena whose tail is \
      lost is read by the headers of its clumps: so what is left of a damaged partition gets into \
      a new store. -h /dev/null only reads.
      """,
    helpNames: .long)

  @OptionGroup var store: StoreOption

  @Option(
    name: .customShort("M", allowingJoined: true),
    help: ArgumentHelp("Write so many blocks at most.", valueName: "blocks"))
  var limit: Int?

  @Flag(name: .customShort("v"), help: "Print the scores.")
  var printsScores = false

  @Flag(name: .customShort("f"), help: "Taken for old scripts: blocks are always checked.")
  var isFast = false

  @OptionGroup var from: ArenaArguments

  func runTool() throws -> Bool {
    let target = try openTarget()
    print("\(Text.stamp) starting to send data")
    var sender = ArenaSender(to: .standard)
    sender.printsScores = printsScores
    sender.limit = limit ?? .max
    var isSound = true
    for arena in try from.arenas {
      let result = try sender.send(arena, from: from.offset.bytes, to: target?.blocks)
      sender.limit -= result.blockCount
      isSound = isSound && result.isSound
      if from.start != nil { print("end offset 0x\(String(result.endOffset, radix: 16))") }
    }
    try target?.close()
    print("\(Text.stamp) sent all data")
    return isSound
  }

  /// Where the blocks go; nil for nowhere.
  private func openTarget() throws -> WritableStore? {
    store.name == "/dev/null" ? nil : try store.openForWriting()
  }
}
