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
    try work.shell("mkdir t")
    defer { _ = try? work.shell("rm -rf t out") }
    var directory = try DirectoryHandle(opening: work.path("t"))
    for level in 0..<12_000 {
      if level % 8 == 0 { _ = try directory.makeFile([UInt8(ascii: "z")]) }
      try directory.makeDirectory([UInt8(ascii: "d")])
      directory = try directory.directory([UInt8(ascii: "d")])
    }
    try work.vac("-f", "f.vac", "t").expectSuccess()
    let limit = 45_000

    #expect(try memory("vac", "-q", "-d", "f.vac", "-f", "g.vac", "t") < limit)
    #expect(try memory("unvac", "-C", "out", "g.vac") < limit)
    #expect(try memory("unvac", "-C", "out", "--verify", "g.vac") < limit)
  }
}
