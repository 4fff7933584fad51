import ArgumentParser
import CommandSupport
import SystemPackage
import VentiCore
import VentiWire

/// Writes a block to standard output.
struct Read: ToolCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a block to standard output.", helpNames: .long)

  @OptionGroup var store: StoreOption

  @Option(
    name: [.customShort("t", allowingJoined: true), .customLong("type")],
    help: "The type of the block, 0 to 16; without it all are tried, and the one found is told.",
    transform: BlockType.init(argument:))
  var type: BlockType?

  @Argument(help: "The score of the block, perhaps with a label: vac:1dff…53be.")
  var score: String

  func runTool() throws -> Bool {
    let score = try LabelledScore(score).score
    let source = try store.open().source
    let block = try type.map { try read(score, $0, from: source) } ?? search(score, in: source)
    try StandardOutput.write(block.array)
    return true
  }

  private func read(
    _ score: Score, _ type: BlockType, from source: any BlockSource
  ) throws(BlockError) -> Block {
    try source.read(BlockAddress(score, type, limit: WireLimits.dataByteCount))
  }

  /// Tries every type, and says on standard error with which one the block was found.
  private func search(_ score: Score, in source: any BlockSource) throws -> Block {
    for type in BlockType.all {
      guard let block = try find(score, type, in: source) else { continue }
      // The form of plan9port's, which scripts look for: there is no blank after -h.
      let host = store.name.map { " -h\($0)" } ?? ""
      StandardError.print("venti/read\(host) \(score) \(type)")
      return block
    }
    throw CommandError("no block with score \(score) exists, of whatever type")
  }

  /// The block, or nil when the store has none of this type.
  private func find(
    _ score: Score, _ type: BlockType, in source: any BlockSource
  ) throws(BlockError) -> Block? {
    do throws(BlockError) {
      return try read(score, type, from: source)
    } catch {
      guard case .notFound = error else { throw error }
      return nil
    }
  }
}
