import Glibc
import SystemPackage
import TestSupport
import Testing

/// Disks that are full: one line, status 1, and what was there before.
@Suite(
  .timeLimit(.minutes(2)), .enabled("only root mounts file systems") { geteuid() == 0 })
struct FullDiskTests {
  private let work: Workplace

  init() throws {
    work = try Workplace()
  }

  @Test("a store whose disk is full is told of once, and the file of -f stays")
  func fullStore() throws {
    let disk = try SmallDisk(byteCount: 4 << 20, at: work.path("disk"))
    let store = disk.path.appending("store").string
    try ChildProcess.run(Fixture.program("venti"), "init", store, "--size", "64m")
    try work.shell("echo old >f.vac; head -c 8M /dev/urandom >file")

    let outcome = try work.run("vac", "-h", store, "-f", "f.vac", "file")

    #expect(outcome.status == .exited(1))
    #expect(outcome.errors.contains("store takes no more writes: "))
    #expect(outcome.errors.hasSuffix(": No space left on device\n"))
    #expect(outcome.errors.count { $0 == "\n" } == 1)
    #expect(try work.text("f.vac") == "old\n")
  }

  @Test("arguments for which $TMPDIR has no room end vac, and nothing is left there")
  func fullTemporaryDirectory() throws {
    let disk = try SmallDisk(byteCount: 4 << 20, at: work.path("disk"))
    let script = "yes a | TMPDIR=disk exec \(Fixture.program("vac")) -h store --from-file -"

    let child = try ChildProcess(
      "bash", ["-c", script], directory: disk.path.removingLastComponent())

    #expect(try child.waitForExit() == .exited(1))
    #expect(
      child.errorOutput
        == "vac: temporary file in 'disk': write: No space left on device; "
        + "set TMPDIR to a directory with room\n")
    #expect(
      try work.shell("ls disk; df --output=used disk | tail -1").split(separator: " ") == ["0\n"])
  }
}
