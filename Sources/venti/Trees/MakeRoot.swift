import ArgumentParser
import CommandSupport
import VentiCore
import VentiTools

/// Stores a root.
struct MakeRoot: ToolCommand {
  static let configuration = CommandConfiguration(
    commandName: "mkroot", abstract: "Store a root over a tree that is there, and print its score.",
    helpNames: .long)

  /// Bytes of the longest name and type.
  private static let textLimit = 127

  @OptionGroup var store: StoreOption

  @Argument(help: "The name of the root; may be empty.")
  var name: String

  @Argument(help: "What kind of tree it is: vac.")
  var type: String

  @Argument(help: "The score of the tree's top directory block.")
  var score: String

  @Argument(help: "Bytes of the tree's blocks.")
  var blockSize: ByteCount

  @Argument(help: "The score of the root before it; forty zeros for none.")
  var previous: String

  func validate() throws {
    guard [name, type].allSatisfy({ $0.utf8.count <= Self.textLimit && !$0.utf8.contains(0) })
    else {
      throw ValidationError("Name and type have at most \(Self.textLimit) bytes.")
    }
    guard Entry.blockSizes.contains(blockSize.bytes) else {
      throw ValidationError("The block size must be in \(Entry.blockSizes).")
    }
  }

  func runTool() throws -> Bool {
    let root = Root(
      name: Array(name.utf8), type: Array(type.utf8), score: try LabelledScore(score).score,
      blockSize: blockSize.bytes, previous: try LabelledScore(previous).score)
    var writer = ByteWriter(capacity: Root.byteCount)
    root.write(to: &writer)
    let target = try store.openForWriting()
    let stored = try target.blocks.write(Block(writer.bytes), type: .root)
    // The score is a promise: it is printed once the block is safe.
    try target.close()
    print("\(stored)")
    return true
  }
}
