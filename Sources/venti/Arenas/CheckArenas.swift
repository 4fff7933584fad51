import ArgumentParser
import SystemPackage
import VentiStore
import VentiTools

/// Checks arenas.
struct CheckArenas: ToolCommand {
  static let configuration = CommandConfiguration(
    commandName: "checkarenas",
    abstract: "Check the arenas of a partition, and mend their directories.",
    discussion: """
      Data is never changed or cut off: clumps that are damaged are told of, and keep their \
      places. The status is 1 unless all is well.
      """,
    helpNames: .long)

  @Flag(
    name: .customShort("a"),
    help: "Check every clump; else only what lies after those that the arena counts.")
  var checksAll = false

  @Flag(
    name: .customShort("f"),
    help: "Write directory entries that are wrong, and count clumps that are not counted.")
  var repairs = false

  @Flag(name: .customShort("v"), help: "Describe arenas; twice: the partition too.")
  var verbosity: Int

  @Argument(help: "The partition of arenas.", completion: .file())
  var file: String

  @Argument(help: "The arenas. Default: all.")
  var names: [String] = []

  func runTool() throws -> Bool {
    let lock = repairs ? try lockStore(around: file) : nil
    defer { withExtendedLifetime(lock) {} }
    var checker = ArenaChecker(to: .standard)
    checker.checksAll = checksAll
    checker.repairs = repairs
    checker.verbosity = verbosity
    let partition = try arenaPartition(file, for: repairs ? .readWrite : .readOnly)
    return checker.run(partition, names: names)
  }
}

/// Verifies seals.
struct VerifyArena: ToolCommand {
  static let configuration = CommandConfiguration(
    commandName: "verifyarena",
    abstract: "Verify the seals of arenas of a partition, or of one arena on standard input.",
    helpNames: .long)

  @Option(
    name: .customShort("b", allowingJoined: true),
    help: ArgumentHelp("Taken for old scripts: how much is read at a time.", valueName: "size"))
  var blockSize: String?

  @Option(
    name: .customShort("s", allowingJoined: true),
    help: ArgumentHelp("Milliseconds between reads.", valueName: "ms"))
  var pause = 0

  @Flag(name: .customShort("v"), help: "Name all arenas; twice: describe them.")
  var verbosity: Int

  @Argument(
    help: "The partition of arenas. Default: one arena on standard input.", completion: .file())
  var file: String?

  @Argument(help: "The arenas. Default: all.")
  var names: [String] = []

  func runTool() throws -> Bool {
    var verifier = SealVerifier(to: .standard)
    verifier.verbosity = verbosity
    verifier.pauseSeconds = Double(pause) / 1000
    guard let file else { return verifier.verify(.standardInput) }
    return verifier.verify(try arenaPartition(file), names: names)
  }
}
