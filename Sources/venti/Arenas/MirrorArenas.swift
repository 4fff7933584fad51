import ArgumentParser
import VentiStore
import VentiTools

/// Mirrors a partition of arenas.
struct MirrorArenas: ToolCommand {
  static let configuration = CommandConfiguration(
    commandName: "mirrorarenas",
    abstract: "Bring a partition of arenas up to date with another of the same layout.",
    discussion: """
      Only what is new is copied. The index and bloom filter of the copy are not: build them with \
      'venti buildindex'.
      """,
    helpNames: .long)

  @Flag(name: .customShort("s"), help: "Do not read sealed arenas again to check their seals.")
  var skipsSeals = false

  @Flag(name: .customShort("F"), help: "Copy everything, whatever the target holds.")
  var copiesBlindly = false

  @Flag(name: .customShort("v"), help: "Tell what is copied; twice: all arenas.")
  var verbosity: Int

  @Argument(help: "The partition to copy from.", completion: .file())
  var source: String

  @Argument(help: "The partition to copy to.", completion: .file())
  var target: String

  @Argument(help: "The numbers of the arenas, such as 0-4,7,9-, or none. Default: all.")
  var numbers: String?

  func runTool() throws -> Bool {
    let lock = try lockStore(around: target)
    defer { withExtendedLifetime(lock) {} }
    var mirror = ArenaMirror(to: .standard)
    mirror.checksSeals = !skipsSeals
    mirror.copiesBlindly = copiesBlindly
    mirror.verbosity = verbosity
    return try mirror.run(
      from: arenaPartition(source), to: arenaPartition(target, for: .readWrite),
      numbers.map { text throws(ToolError) in try ArenaNumbers(text) } ?? .all)
  }
}
