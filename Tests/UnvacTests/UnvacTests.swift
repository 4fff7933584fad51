import Glibc
import SystemPackage
import TestSupport
import Testing

/// The program, as people run it.
@Suite(.timeLimit(.minutes(5)))
struct UnvacTests {
  private let directory: TemporaryDirectory
  private let store: FilePath

  init() throws {
    directory = try TemporaryDirectory()
    store = try StoreFixture.store.unpack(into: directory.path)
  }

  private var target: FilePath { directory.path.appending("target") }

  /// A part of the zoo that anybody may restore.
  private static let part = "zoo0/tree"

  private struct Outcome {
    let status: ChildProcess.ExitStatus
    let output: String
    let errors: String
  }

  private func unvac(_ arguments: String...) throws -> Outcome {
    let child = try start(arguments)
    return Outcome(
      status: try child.waitForExit(), output: child.output, errors: child.errorOutput)
  }

  private func start(_ arguments: [String]) throws -> ChildProcess {
    try ChildProcess(
      Fixture.program("unvac"), ["-h", store.string] + arguments,
      environment: ["TZ": "UTC", "LC_ALL": "C"], directory: directory.path)
  }

  private var archive: String { ArchiveFixture.zoo8k.file.string }

  @Test("what is restored is as in the manifest, and verifies")
  func restore() throws {
    let restored = try unvac("-C", target.string, archive, Self.part)
    #expect(restored.status == .success)
    #expect(restored.output + restored.errors == "")

    let expected = try ArchiveFixture.zoo8k.manifest.below(Self.part)
    let found = try Manifest(of: target.appending(Self.part))
    #expect(expected.differences(in: found).filter { geteuid() == 0 || !$0.contains("uid") } == [])
    #expect(try unvac("--verify", "-C", target.string, archive, Self.part).status == .success)
  }

  @Test("a planted difference is printed, and the status is 1")
  func verify() throws {
    _ = try unvac("-C", target.string, archive, Self.part)
    try ChildProcess.run(
      "bash", "-euc", "f=$(find . -name README | sort | head -1); chmod 700 $f", directory: target)

    let outcome = try unvac("--verify", "-C", target.string, archive, Self.part)

    #expect(outcome.status == .exited(1))
    #expect(outcome.output.contains("README': mode 700, archived "))
    #expect(outcome.output.split(separator: "\n").count == 1)
    #expect(outcome.errors == "")
  }

  @Test("a list has each path, directories with a slash")
  func list() throws {
    let outcome = try unvac("-t", archive, "zoo0/deep/d0/d1")

    #expect(outcome.status == .success)
    #expect(outcome.output.hasPrefix("zoo0/\nzoo0/deep/\nzoo0/deep/d0/\nzoo0/deep/d0/d1/\n"))
  }

  @Test("a long list has the columns of ls, and dates after 2038")
  func longList() throws {
    let outcome = try unvac("-tv", archive)

    #expect(
      outcome.output.hasPrefix(
        "drwxr-xr-x root     root               0 2013-01-10 01:57 zoo0\n"))
    #expect(outcome.output.contains(/^-.{39} 2106-02-07 06:28 zoo0\//.anchorsMatchLineEndings()))
  }

  @Test("standard output gets contents, zeros included")
  func concatenate() throws {
    let outcome = try unvac("-c", ArchiveFixture.stdin.file.string)

    #expect(outcome.output == String(repeating: "x", count: 100_000))
  }

  @Test("a path that is not there is told, and the status is 1", arguments: [["-t"], ["-c"], []])
  func missing(options: [String]) throws {
    let child = try start(options + ["-C", target.string, archive, "zoo0/no", "../x"])

    #expect(try child.waitForExit() == .exited(1))
    #expect(
      child.errorOutput
        == "unvac: 'zoo0/no': not in the archive\nunvac: '../x': not in the archive\n")
  }

  @Test(
    "what cannot be done is one line and status 1",
    arguments: [
      ["no-such.vac"], ["vac:12"], ["vac:" + String(repeating: "0", count: 39) + "1"],
      ["-C", "/no/such/directory", ArchiveFixture.zoo8k.file.string],
    ])
  func refused(arguments: [String]) throws {
    let child = try start(arguments)

    #expect(try child.waitForExit() == .exited(1))
    #expect(child.errorOutput.hasPrefix("unvac: "))
    #expect(child.errorOutput.split(separator: "\n").count == 1)
  }

  @Test(
    "options that contradict each other are refused",
    arguments: [["-t", "-c"], ["-c", "--verify"], ["-d", "-c"], ["-d", "-t"]])
  func contradictions(options: [String]) throws {
    let child = try start(options + [archive])

    #expect(try child.waitForExit() == .exited(1))
  }

  @Test("the classic options are taken")
  func classic() throws {
    _ = try unvac("-T", "-C", target.string, archive, Self.part)
    let outcome = try unvac("-dTvs", "-C", target.string, archive, Self.part)

    #expect(outcome.status == .success)
    #expect(outcome.errors.contains("zoo0/tree/\n"))
    #expect(outcome.errors.contains(" 0 bytes written, "))
  }

  @Test("a restore that is killed leaves no part of a file under its name", arguments: 1...6)
  func killed(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let names = try unvac("-t", archive, "zoo0/sizes", Self.part).output.split(separator: "\n")
    let name = String(try #require(names.randomElement(using: &generator)))

    let child = try start(["-v", "-C", target.string, archive, "zoo0/sizes", Self.part])
    try child.waitForOutput(name + "\n")
    child.signal(SIGKILL)
    _ = try child.waitForExit()

    let wrong = try ArchiveFixture.zoo8k.manifest.differences(in: Manifest(of: target))
      .filter { $0.contains(" sha256 ") || $0.contains(" size ") }
    #expect(wrong == [])
  }

  @Test("an interrupted restore says so, and leaves nothing that is not whole")
  func interrupted() throws {
    let child = try start(["-v", "-C", target.string, archive, "zoo0/sizes", "zoo0/tree"])
    try child.waitForOutput("zoo0/")
    child.signal(SIGINT)

    // It may have been done before the signal came.
    if try child.waitForExit() != .success {
      #expect(child.errorOutput.hasSuffix("unvac: interrupted\n"))
    }
    let found = try ChildProcess.run(
      "find", target.string, "-name", ".unvac-*")
    #expect(found == "")
  }
}
