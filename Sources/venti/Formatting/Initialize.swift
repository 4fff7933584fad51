import ArgumentParser
import CommandSupport
import SystemPackage
import VentiCore
import VentiStore
import VentiTools

/// Makes a store.
struct Initialize: ToolCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Make a whole store in a directory, with its venti.conf.",
    discussion: """
      The files are sparse: they take room on disk only as blocks come in. The store can be read \
      and written by naming its directory, or served with 'venti serve'.
      """,
    helpNames: .long)

  @Option(name: .customLong("size"), help: "Bytes of all arenas together (k, m, g, t).")
  var size = ByteCount(1 << 40)

  @Argument(help: "The directory; it is made if need be.", completion: .directory)
  var directory: String

  func validate() throws { try size.validateForArenas() }

  func runTool() throws -> Bool {
    let path = FilePath(directory)
    try StoreCreator(directory: path, arenaByteCount: size.bytes).create()
    print("venti init: made \(try StoreSummary(of: path))")
    return true
  }
}

/// Adds room to a store.
struct Grow: ToolCommand {
  static let configuration = CommandConfiguration(
    abstract: "Add arenas to a store in a directory, and make its index larger where needed.",
    helpNames: .long)

  @Option(name: .customLong("size"), help: "Bytes of arenas to add (k, m, g, t).")
  var size: ByteCount

  @Argument(help: "The directory of the store.", completion: .directory)
  var directory: String

  func validate() throws { try size.validateForArenas() }

  func runTool() throws -> Bool {
    let path = FilePath(directory)
    let progress = ProgressMeter("building index", in: .things("clumps"))
    let growth = try StoreGrower(directory: path, arenaByteCount: size.bytes)
      .grow { progress.update($0, of: $1) }
    progress.finish()
    print("venti grow: made \(quoted(growth.arenasFile.string)); now \(try StoreSummary(of: path))")
    if let index = growth.indexFile {
      let old = growth.unusedFiles.map { quoted($0) }.joined(separator: " ")
      print("venti grow: made a larger index, \(quoted(index.string)); no longer used: \(old)")
    }
    return true
  }
}

extension ByteCount {
  fileprivate func validateForArenas() throws {
    let least = ByteCount(ArenaPartitionFormat.minimumArenaByteCount)
    guard bytes >= least.bytes else {
      throw ValidationError(
        "--size \(defaultValueDescription): at least \(least.defaultValueDescription) is needed")
    }
  }
}
