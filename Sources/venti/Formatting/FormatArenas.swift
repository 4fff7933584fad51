import ArgumentParser
import CommandSupport
import VentiStore
import VentiTools

/// Formats a partition of arenas.
struct FormatArenas: ToolCommand {
  static let configuration = CommandConfiguration(
    commandName: "fmtarenas", abstract: "Format a file or device as a partition of arenas.",
    helpNames: .long)

  @OptionGroup var options: FormattingOptions

  @Option(
    name: .customShort("a", allowingJoined: true),
    help: ArgumentHelp("Bytes of an arena.", valueName: "size"))
  var arenaSize = ByteCount(ArenaPartitionFormat.defaultArenaByteCount)

  @Flag(name: .customShort("4"), help: "Make arenas of version 4, which have to be cleared.")
  var isVersionFour = false

  @Argument(help: "What the names of the arenas begin with; numbers from 0 on follow.")
  var name: String

  @Argument(help: "The file or device.", completion: .file())
  var file: String

  func runTool() throws -> Bool {
    let lock = try lockStore(around: file)
    defer { withExtendedLifetime(lock) {} }
    var format = ArenaPartitionFormat(name: name)
    format.arenaByteCount = arenaSize.bytes
    format.blockSize = options.blockSize.bytes
    format.version = isVersionFour ? .four : .five
    try options.formatter.formatArenas(format, in: file)
    return true
  }
}
