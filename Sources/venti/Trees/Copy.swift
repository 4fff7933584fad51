import ArgumentParser
import CommandSupport
import VentiClient
import VentiCore
import VentiStore
import VentiTools

/// Copies an archive from one store to another.
struct Copy: ToolCommand {
  static let configuration = CommandConfiguration(
    abstract: "Copy an archive, and its predecessors, from one store to another.",
    discussion: """
      Each store is a server, or a directory or venti.conf of this machine. A root is written only \
      once all below it is safe.
      """,
    helpNames: .long)

  @Flag(
    name: .customShort("f"),
    help: "Take it that a block which the target has comes with all below it.")
  var trustsTarget = false

  @Flag(name: .customShort("i"), help: "Go on without blocks that cannot be read.")
  var skipsUnreadable = false

  @Flag(name: .customShort("r"), help: "Put zeros in place of blocks that cannot be read.")
  var replacesUnreadable = false

  @Flag(name: .customShort("m"), help: "Taken for old scripts: each block is copied once anyhow.")
  var remembers = false

  @Flag(name: .customShort("V"), help: "Taken for old scripts: has no effect.")
  var showsMessages = false

  @Flag(name: .customShort("v"), help: "Tell every block.")
  var isVerbose = false

  @Option(
    name: .customShort("t", allowingJoined: true),
    help: ArgumentHelp("The type of the block, 0 to 16.", valueName: "type"),
    transform: BlockType.init(argument:))
  var type: BlockType?

  @Argument(help: "The store to copy from.", completion: .file())
  var source: String

  @Argument(help: "The store to copy to.", completion: .file())
  var target: String

  @Argument(help: "The archive: vac:1dff…53be, or the file that vac wrote.", completion: .file())
  var archive: String

  func validate() throws {
    guard !skipsUnreadable || !replacesUnreadable else {
      throw ValidationError("-i and -r exclude each other")
    }
  }

  func runTool() throws -> Bool {
    let named = try LabelledScore(argument: archive)
    let from = try OpenStore(at: StoreLocation(source)) { StandardError.print("venti: \($0)") }
    let to = try WritableStore(at: StoreLocation(target)) { StandardError.print("venti: \($0)") }
    let top =
      try type.map { BlockAddress(named.score, $0, limit: BlockLinks.sizeLimit) }
      ?? TopBlock.find(named.score, in: from.source)
    var copy = TreeCopy(from: from.source, to: to.blocks)
    copy.trustsTarget = trustsTarget
    copy.reaction = replacesUnreadable ? .replace : skipsUnreadable ? .skip : .fail
    copy.complain = { StandardError.print("venti copy: \($0)") }
    if isVerbose { copy.trace = { StandardError.print($0) } }
    let result = try copy.run(top)
    try to.close()
    if result.rewrittenCount > 0 {
      let changed = LabelledScore(label: named.label ?? "vac", score: result.score)
      print("\(changed) (\(result.rewrittenCount) pointers rewritten)")
    }
    if isVerbose { print("\(result.skippedCount) skipped, \(result.writtenCount) written") }
    return result.failureCount == 0
  }
}
