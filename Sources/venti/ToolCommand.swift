import ArgumentParser
import CommandSupport
import SystemPackage
import VentiStore
import VentiTools

/// A command that works until it is done, and says whether all was well: each of plan9port's tools.
protocol ToolCommand: ParsableCommand {
  /// Does the work; returns whether all was well.
  func runTool() throws -> Bool
}

extension ToolCommand {
  /// Runs the tool: what is not well ends the command with status 1.
  func run() throws {
    let isSound = try Self.reporting(as: "venti \(Self._commandName)") {
      let result = Result { try runTool() }
      try StandardLines.finish()
      return try result.get()
    }
    guard isSound else { throw ExitCode.failure }
  }

  /// Prints a line on standard output.
  func print(_ line: String) { ToolOutput.standard.print(line) }

  /// Opens a partition of arenas.
  func arenaPartition(
    _ name: String, for access: FilePartition.Access = .readOnly
  ) throws(StoreError) -> ArenaPartition {
    try ArenaPartition(FilePartition(opening: name, for: access))
  }

  /// Keeps other processes from writing to a store while a part of it is changed: the store whose
  /// `venti.conf` is beside the file or device of that part, or else that of the part itself.
  func lockStore(around part: String) throws(StoreError) -> StoreLock {
    let directory = FilePath(part).removingLastComponent()
    guard let configuration = try? StoreConfiguration(contentsOf: directory) else {
      return try StoreLock(partition: part)
    }
    return try StoreLock(configuration)
  }
}
