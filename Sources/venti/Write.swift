import ArgumentParser
import CommandSupport
import Posix
import SystemPackage
import VentiCore
import VentiWire

/// Stores standard input as a block.
struct Write: ToolCommand {
  static let configuration = CommandConfiguration(
    abstract: "Store standard input as one block, and print its score.", helpNames: .long)

  @OptionGroup var store: StoreOption

  @Option(
    name: [.customShort("t", allowingJoined: true), .customLong("type")],
    help: "The type of the block, 0 to 16.", transform: BlockType.init(argument:))
  var type = BlockType.data

  @Flag(
    name: [.customShort("z"), .customLong("truncate")],
    help: "Leave out the zeros at the end, as the type of the block allows.")
  var truncates = false

  func runTool() throws -> Bool {
    let block = try input()
    let target = try store.openForWriting()
    let score = try target.blocks.write(
      truncates ? block.truncated(as: type) : block, type: type)
    // The score is a promise: it is printed once the block is safe.
    try target.close()
    print("\(score)")
    return true
  }

  /// Standard input, as long as it can be a block.
  private func input() throws -> Block {
    let bytes: [UInt8]
    do {
      bytes = try FileDescriptor.standardInput.readAll(limit: WireLimits.dataByteCount + 1)
    } catch {
      throw CommandError("standard input: \(error)")
    }
    guard bytes.count <= WireLimits.dataByteCount else { throw BlockError.tooLarge }
    return Block(bytes)
  }
}
