import SystemPackage
import TestSupport
import Testing

/// Outputs that are closed, full, or read no more.
@Suite(.timeLimit(.minutes(2)))
struct OutputTests {
  private let work: Workplace
  private let programs = Fixture.program("vac").removingLastComponent().string

  init() throws {
    work = try Workplace()
    try work.shell("mkdir t; seq 100000 >t/f")
    try work.vac("-f", "a.vac", "t").expectSuccess()
  }

  /// Runs a line of the shell, whose programs are ours.
  private func run(_ line: String) throws -> (status: ChildProcess.ExitStatus, errors: String) {
    let child = try ChildProcess(
      "bash", ["-c", "set -o pipefail; PATH=\(programs):$PATH; " + line],
      environment: ["venti": work.store], directory: work.path("t").removingLastComponent())
    return (try child.waitForExit(), child.errorOutput)
  }

  @Test(
    "a program without standard output or error writes them into no file of the store",
    arguments: ["vac t", "venti check --repair", "venti syncindex store", "venti roots"])
  func closed(command: String) throws {
    try work.run("venti", "syncindex", work.store).expectSuccess()
    try work.shell("find store -type f ! -name '*.lock' -exec sha1sum {} + >before")
    _ = try run("\(command) >&- 2>&-")
    _ = try run("\(command) <&- >&- 2>&-")
    try work.shell("! grep -q vac: store/*.lock; sha1sum --quiet -c before")
    try work.run("venti", "check").expectSuccess()
  }

  @Test("a score that cannot be printed is in the message", arguments: ["&-", "/dev/full"])
  func score(output: String) throws {
    let found = try run("vac t >\(output)")
    #expect(found.status == .exited(1))
    #expect(found.errors.contains(/vac: standard output: .*; the archive is vac:[0-9a-f]{40}\n/))
  }

  @Test(
    "a score that nobody reads any more is in the message, from a local store and from a server",
    arguments: [[], ["--json"]])
  func unreadScore(options: [String]) throws {
    let script = """
      import os, subprocess, sys
      (reader, writer) = os.pipe()
      os.close(reader)
      sys.exit(subprocess.run(sys.argv[1:], stdout=writer).returncode % 256)
      """
    func check(_ store: String) throws {
      let child = try ChildProcess(
        "python3",
        ["-c", script, Fixture.program("vac").string, "-h", store] + options
          + [work.path("t").string])
      #expect(try child.waitForExit(within: 60) == .exited(1))
      let message = /^vac: standard output: Broken pipe; the archive is vac:[0-9a-f]{40}\n$/
      #expect(child.errorOutput.contains(message))
    }
    try check(work.store)
    try work.serving { address in try check(address) }
  }

  @Test(
    "what cannot be printed is told of",
    arguments: [
      "unvac -t a.vac", "unvac -c a.vac", "venti roots", "venti check",
      "venti read $(cut -d: -f2 a.vac)",
    ])
  func full(command: String) throws {
    let found = try run("\(command) >/dev/full")
    #expect(found.status == .exited(1))
    #expect(found.errors.hasSuffix("standard output: No space left on device\n"))
  }

  @Test(
    "whoever is killed while the file of -f is written leaves the old one, and nothing beside it")
  func killed() throws {
    try work.serving { address in
      try work.shell("mkdir d; echo old >d/a.vac")
      let found = try run("ulimit -c 0 -f 0; vac -h '\(address)' -f d/a.vac t")
      #expect(found.status != .success)
      try work.shell("test $(ls -A d) = a.vac; grep -qx old d/a.vac")
    }
  }

  @Test(
    "whoever writes to a local store is told that its index is made anew, and why",
    arguments: ["vac t", "echo | venti write", "venti copy store store $(cat a.vac)"])
  func notices(command: String) throws {
    for command in [command, "venti syncindex store"] {
      try work.shell("printf xxxx | dd of=store/index bs=1 seek=262144 conv=notrunc status=none")
      let found = try run(command)
      #expect(found.status == .success)
      #expect(
        found.errors.contains(/v[a-z ]+: making the index anew: partition '.*index' offset [0-9]+/)
      )
    }
  }

  @Test("a file of -f that cannot be written is told of before the work", arguments: ["-f", "-a"])
  func fileName(option: String) throws {
    for name in ["nosuch/a.vac", "a.vac/b.vac"] {
      let found = try run("vac \(option) \(name) t")
      #expect(found.status == .exited(1))
      #expect(found.errors.hasPrefix("vac: write '\(name)': "))
      #expect(!found.errors.contains("the archive is"))
    }
  }

  @Test("who has read enough hears nothing more, from a local store and from a server")
  func unread() throws {
    try work.serving { address in
      for option in ["", "-h '\(address)'"] {
        let found = try run("unvac \(option) -c a.vac t/f | head -c 1")
        #expect(found.status == .exited(128 + 13))
        #expect(found.errors == "")
      }
    }
  }
}
