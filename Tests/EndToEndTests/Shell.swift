import Glibc
import SystemPackage
import TestSupport
import Testing

/// Runs a shell script in a directory; it fails where any of its commands fails.
///
/// - Returns: its standard output.
@discardableResult
func shell(
  _ script: String, in directory: FilePath, _ arguments: FilePath...,
  expecting status: ChildProcess.ExitStatus = .success, within seconds: Double = 60
) throws -> String {
  // "$1" is the first of `arguments`.
  let child = try ChildProcess(
    "bash", ["-euo", "pipefail", "-c", script, "bash"] + arguments.map(\.string),
    environment: ["LC_ALL": "C"], directory: directory)
  let found = try child.waitForExit(within: seconds)
  guard found == status else {
    throw ShellError(
      description: "\(script): \(found)\n\(child.output)\n\(child.errorOutput)")
  }
  return child.output
}

/// A script that ended otherwise than expected.
struct ShellError: Error, CustomStringConvertible {
  let description: String
}

/// Whether the tests may do what only root may: make devices, give files away.
let isRoot = geteuid() == 0

/// Compares a mount with the manifest of its archive.
func expectManifest(
  of archive: ArchiveFixture, at mount: ArchiveMount,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let differences = try archive.manifest.differences(in: Manifest(of: mount.path))
  #expect(differences == [], sourceLocation: sourceLocation)
}
