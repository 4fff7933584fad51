import ArgumentParser
import CommandSupport
import SystemPackage
import VentiStore
import VentiTools

/// A command that does what one of plan9port's tools does.
protocol ToolCommand: ParsableCommand {
  /// Does the work; returns whether all was well.
  func runTool() throws -> Bool
}

extension ToolCommand {
  /// Runs the tool: what is not well ends the command with status 1.
  func run() throws {
    let isSound = try Self.reporting(as: "venti \(Self._commandName)") { try runTool() }
    guard isSound else { throw ExitCode.failure }
  }

  /// Opens a partition of arenas.
  func arenaPartition(
    _ name: String, for access: FilePartition.Access = .readOnly
  ) throws(StoreError) -> ArenaPartition {
    try ArenaPartition(FilePartition(opening: name, for: access))
  }

  /// Reads a configuration.
  func configuration(_ name: String) throws(StoreError) -> StoreConfiguration {
    try StoreConfiguration(contentsOf: FilePath(name))
  }
}

/// Options that all tools which format have.
struct FormattingOptions: ParsableArguments {
  @Flag(name: .customLong("force"), help: "Destroy the part of a store that the file holds.")
  var overwrites = false

  @Option(
    name: .customLong("size"),
    help: "Make the file, of so many bytes, when there is none (k, m, g, t).")
  var size: ByteCount?

  var formatter: PartitionFormatter {
    var formatter = PartitionFormatter(to: .standard)
    formatter.overwrites = overwrites
    formatter.fileByteCount = size?.bytes
    return formatter
  }
}
