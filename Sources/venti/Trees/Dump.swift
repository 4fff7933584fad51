import ArgumentParser
import CommandSupport
import VentiCore
import VentiTools

/// Prints an archive block by block.
struct Dump: ToolCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print an archive as text, block by block.", helpNames: .long)

  @OptionGroup var store: StoreOption

  @Argument(help: "The archive: vac:1dff…53be, or the file that vac wrote.", completion: .file())
  var archive: String

  func runTool() throws -> Bool {
    let source = BlockCache(over: try store.open().source)
    let top = try TopBlock.find(LabelledScore(argument: archive).score, in: source)
    return TreePrinter(source, to: .standard).run(top)
  }
}

/// Prints roots.
struct PrintRoot: ToolCommand {
  static let configuration = CommandConfiguration(
    commandName: "root",
    abstract: "Print a line about each root: name, type, tree, block size, predecessor.",
    helpNames: .long)

  @OptionGroup var store: StoreOption

  @Argument(
    help: ArgumentHelp(
      "The archives: vac:1dff…53be, or the files that vac wrote.", valueName: "archive"),
    completion: .file())
  var archives: [String]

  func runTool() throws -> Bool {
    let printer = RootPrinter(try store.open().source)
    var isSound = true
    for archive in archives {
      do {
        print(try printer.line(LabelledScore(argument: archive).score))
      } catch {
        StandardError.print("venti root: \(error)")
        isSound = false
      }
    }
    return isSound
  }
}

/// Reads all that an archive needs.
struct VerifyScore: ToolCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify-score",
    abstract: "Read every block that an archive needs, and check it against its score.",
    helpNames: .long)

  @OptionGroup var store: StoreOption

  @Argument(help: "The archive: vac:1dff…53be, or the file that vac wrote.", completion: .file())
  var archive: String

  func runTool() throws -> Bool {
    let source = try store.open().source
    let named = try LabelledScore(argument: archive)
    let top = try TopBlock.find(named.score, in: source)
    let progress = ProgressMeter("verify-score", in: .bytes)
    let verifier = TreeVerifier(source) { progress.print("venti verify-score: \($0)") }
    let report = verifier.run(top) { progress.update($0.byteCount, of: nil) }
    progress.finish()
    print(
      "\(named): \(report.blockCount) blocks, \(report.byteCount) bytes good, "
        + "\(report.problemCount) blocks missing or damaged")
    return report.problemCount == 0
  }
}
