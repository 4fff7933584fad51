import Glibc
import Posix
import SystemPackage
import TestSupport

/// Runs a shell command; returns what it prints, errors included.
@discardableResult
func shell(_ command: String, in directory: String = "/") throws -> String {
  try ShellCommand(command, in: directory).output()
}

/// A shell command that runs, for a minute at most.
struct ShellCommand {
  private let process: SpawnedProcess
  private let printed: FileDescriptor

  /// Starts a command.
  init(_ command: String, in directory: String = "/") throws {
    let pipe = try Pipe()
    process = try SpawnedProcess(
      ["timeout", "60", "sh", "-c", "cd \"$0\" || exit\n\(command)", directory],
      descriptors: [(STDOUT_FILENO, pipe.writing), (STDERR_FILENO, pipe.writing)])
    printed = pipe.reading
    try pipe.writing.close()
  }

  /// Hands its first line to `body`, waits until it has ended, and returns the rest.
  func output(after body: (_ firstLine: String) throws -> Void) throws -> String {
    try body(printed.readLine())
    return try output()
  }

  /// Waits until it has ended; returns what it printed, errors included.
  func output() throws -> String {
    let bytes = try printed.readAll(limit: .max)
    try printed.close()
    process.wait()
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// The contents of a file.
func contents(of path: String) throws -> [UInt8] {
  let file = try FileDescriptor.open(FilePath(path), .readOnly)
  return try file.closeAfter { try file.readAll(limit: .max) }
}
