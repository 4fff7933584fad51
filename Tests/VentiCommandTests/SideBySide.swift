import SystemPackage
import TestSupport
import VentiCore

/// Runs one of plan9port's tools and the command of ours that takes its place, each on its own copy
/// of a store.
struct SideBySide {
  /// How a run ended, and what it said.
  struct Outcome {
    let status: ChildProcess.ExitStatus
    let output: String
    /// Lines of standard error that mean the same in both.
    let notes: [String]
  }

  let plan9port: Plan9port
  /// Where their copy is.
  let theirs: FilePath
  /// Where ours is.
  let ours: FilePath

  /// Copies a store, which `prepare` may damage first.
  init(_ store: FilePath, prepare: (FilePath) throws -> Void = { _ in }) throws {
    plan9port = try Plan9port()
    try prepare(store)
    theirs = store.removingLastComponent().appending("theirs")
    ours = store.removingLastComponent().appending("ours")
    for copy in [theirs, ours] {
      try ChildProcess.run("cp", "-r", "--sparse=always", store.string, copy.string)
    }
  }

  /// Runs both.
  func run(_ arguments: [String]) throws -> (theirs: Outcome, ours: Outcome) {
    let words = Array(arguments.dropFirst())
    let peer = try plan9port.start("venti/" + arguments[0], words, directory: theirs)
    let own = try ChildProcess(
      Fixture.program("venti"), arguments, environment: ["TZ": "UTC"], directory: ours)
    return (try Self.outcome(of: peer), try Self.outcome(of: own))
  }

  private static func outcome(of child: ChildProcess) throws -> Outcome {
    let status = try child.waitForExit()
    return Outcome(
      status: status, output: withoutTimes(child.output),
      notes: withoutTimes(child.errorOutput).split(separator: "\n").map(String.init)
        .filter { !isNoise($0) })
  }

  /// Takes the time from lines that begin with it: `2026/1122 11:32:42 `.
  private static func withoutTimes(_ text: String) -> String {
    text.replacing(/\d{4}\/\d{4} \d\d:\d\d:\d\d[ ]/, with: "")
  }

  /// Lines that plan9port's tools print whatever they find.
  private static func isNoise(_ line: String) -> Bool {
    line == "bad line: " || line.hasPrefix("icache ") || line.allSatisfy { $0 == "." }
  }

  /// The files that differ between the two copies.
  func differingFiles() throws -> String {
    let child = try ChildProcess(
      "diff", ["-rq", "--exclude=venti.conf.lock", theirs.string, ours.string])
    _ = try child.waitForExit()
    return child.output
  }
}

extension FilePath {
  /// Overwrites bytes of the file.
  func overwrite(_ bytes: [UInt8], at offset: Int) throws {
    let file = try FileDescriptor.open(self, .writeOnly)
    try file.closeAfter { _ = try file.writeAll(toAbsoluteOffset: Int64(offset), bytes) }
  }

  /// Makes a sparse file of this name.
  func create(byteCount: Int) throws {
    try ChildProcess.run("truncate", "-s", "\(byteCount)", string)
  }
}
