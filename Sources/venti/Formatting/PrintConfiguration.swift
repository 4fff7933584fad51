import ArgumentParser
import CommandSupport
import Posix
import SystemPackage
import VentiStore
import VentiTools

/// Prints or stores the configuration in a partition.
struct PrintConfiguration: ToolCommand {
  static let configuration = CommandConfiguration(
    commandName: "conf",
    abstract: "Print the copy of venti.conf in a partition, or store one there.",
    helpNames: .long)

  @Flag(name: .customShort("w"), help: "Store the configuration.")
  var writes = false

  @Argument(help: "A partition of arenas, or a section of an index.", completion: .file())
  var partition: String

  @Argument(help: "The file to store. Default: standard input.", completion: .file())
  var file: String?

  func validate() throws {
    guard writes || file == nil else { throw ValidationError("a file is stored with -w only") }
  }

  func runTool() throws -> Bool {
    let lock = writes ? try lockStore(around: partition) : nil
    defer { withExtendedLifetime(lock) {} }
    let copy = EmbeddedConfiguration(
      in: try FilePartition(opening: partition, for: writes ? .readWrite : .readOnly))
    if writes {
      try copy.write(input())
    } else {
      try StandardOutput.write(copy.read())
    }
    return true
  }

  private func input() throws -> [UInt8] {
    let limit = StoreConfiguration.maximumByteCount
    guard let file else { return try FileDescriptor.standardInput.readAll(limit: limit) }
    let descriptor = try FileDescriptor.open(FilePath(file), .readOnly)
    return try descriptor.closeAfter { try descriptor.readAll(limit: limit) }
  }
}
