import ArgumentParser
import CommandSupport
import Posix
import SystemPackage
import VentiTools

/// Formats a bloom filter.
struct FormatBloom: ToolCommand {
  static let configuration = CommandConfiguration(
    commandName: "fmtbloom", abstract: "Format a file or device as a bloom filter.",
    helpNames: .long)

  @Flag(name: .customLong("force"), help: "Destroy the part of a store that the file holds.")
  var overwrites = false

  @Option(
    name: .customShort("n", allowingJoined: true),
    help: ArgumentHelp(
      "How many blocks the filter is for: picks size and hashes.", valueName: "blocks"))
  var blockCount: Int?

  @Option(
    name: .customShort("N", allowingJoined: true),
    help: ArgumentHelp("Bits that each score sets.", valueName: "hashes"))
  var hashCount: Int?

  @Option(
    name: [.customShort("s", allowingJoined: true), .customLong("size")],
    help: "Bytes of the filter; the file is made when there is none. Default: all of the file.")
  var size: ByteCount?

  @Argument(help: "The file or device.", completion: .file())
  var file: String

  func validate() throws {
    guard blockCount == nil || hashCount == nil else {
      throw ValidationError("-n and -N exclude each other")
    }
    if let blockCount, blockCount < 1 { throw ValidationError("-n \(blockCount): expected more") }
    if let hashCount, !(1...32).contains(hashCount) {
      throw ValidationError("-N \(hashCount): expected a number from 1 to 32")
    }
  }

  func runTool() throws -> Bool {
    let lock = try lockStore(around: file)
    defer { withExtendedLifetime(lock) {} }
    var formatter = PartitionFormatter(to: .standard)
    formatter.overwrites = overwrites
    // A file that is there may be larger than the filter.
    formatter.fileByteCount = FileType(of: FilePath(file)) == nil ? size?.bytes : nil
    try formatter.formatBloom(
      in: file, byteCount: size?.bytes, blockCount: blockCount, hashCount: hashCount)
    return true
  }
}
