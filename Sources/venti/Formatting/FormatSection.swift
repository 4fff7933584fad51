import ArgumentParser
import CommandSupport
import VentiStore
import VentiTools

/// Formats a section of an index.
struct FormatSection: ToolCommand {
  static let configuration = CommandConfiguration(
    commandName: "fmtisect", abstract: "Format a file or device as a section of an index.",
    helpNames: .long)

  @OptionGroup var options: FormattingOptions

  @Flag(name: .customShort("1"), help: "Make a section of version 1, which has to be cleared.")
  var isVersionOne = false

  @Argument(help: "The name of the section.")
  var name: String

  @Argument(help: "The file or device.", completion: .file())
  var file: String

  func runTool() throws -> Bool {
    let lock = try lockStore(around: file)
    defer { withExtendedLifetime(lock) {} }
    var format = IndexSectionFormat(name: name)
    format.blockSize = options.blockSize.bytes
    format.hasBucketMagic = !isVersionOne
    try options.formatter.formatSection(format, in: file)
    return true
  }
}
