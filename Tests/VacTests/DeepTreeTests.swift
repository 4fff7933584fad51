import Posix
import SystemPackage
import TestSupport
import Testing

/// Memory, and time, stay within bounds however deep a tree is.
@Suite(.timeLimit(.minutes(10)))
struct DeepTreeTests {
  private let work: Workplace

  init() throws {
    work = try Workplace()
  }

  /// Runs a program with the store, and returns the kilobytes of memory that it took at the most.
  private func memory(_ program: String, _ arguments: String...) throws -> Int {
    try ChildProcess.peakKilobytes(
      of: Fixture.program(program), arguments, environment: ["venti": work.store],
      directory: work.path("t").removingLastComponent())
  }

  @Test("12 000 directories in each other take less than 45 MB, on the way back as well", .long)
  func deep() throws {
    try makeTree(levels: 12_000)
    defer { _ = try? work.shell("rm -rf t out") }
    try work.vac("-f", "f.vac", "t").expectSuccess()
    let limit = 45_000

    #expect(try memory("vac", "-q", "-d", "f.vac", "-f", "g.vac", "t") < limit)
    #expect(try memory("unvac", "-C", "out", "g.vac") < limit)
    #expect(try memory("unvac", "-C", "out", "--verify", "g.vac") < limit)
  }

  @Test(
    "where a temporary file is needed and cannot be made, there is no archive, and the old score stays",
    .long)
  func noTemporaryFile() throws {
    try makeTree(levels: 60_000)
    defer { _ = try? work.shell("rm -rf t") }
    try work.shell("echo old >f.vac")

    let outcome = try work.run(
      "vac", "-f", "f.vac", "t", environment: ["venti": work.store, "TMPDIR": "/nonexistent"])

    #expect(outcome.status == .exited(1))
    #expect(
      outcome.errors
        == "vac: temporary file in '/nonexistent': make: No such file or directory; "
        + "set TMPDIR to a directory with room\n")
    #expect(try work.text("f.vac") == "old\n")
  }

  /// Makes directories in each other, a file in every eighth.
  private func makeTree(levels: Int) throws {
    try work.shell("mkdir t")
    var directory = try DirectoryHandle(opening: work.path("t"))
    for level in 0..<levels {
      if level % 8 == 0 { _ = try directory.makeFile([UInt8(ascii: "z")]) }
      try directory.makeDirectory([UInt8(ascii: "d")])
      directory = try directory.directory([UInt8(ascii: "d")])
    }
  }
}
