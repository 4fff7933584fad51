import Glibc
import SystemPackage
import TestSupport
import Testing

/// What only the system knows of files: mounts, attributes, times to the nanosecond.
@Suite(.timeLimit(.minutes(5)))
struct SystemTests {
  private let work: Workplace

  init() throws {
    work = try Workplace()
  }

  @Test(
    "--one-file-system stores what is mounted below an argument empty",
    .enabled("only root mounts file systems") { geteuid() == 0 })
  func oneFileSystem() throws {
    let vac = Fixture.program("vac")
    // In a mount table of its own, which ends with the shell.
    try work.shell(
      """
      mkdir -p t/d t/mounted; echo 1 >t/d/f
      unshare -m bash -euc 'mount -t tmpfs none t/mounted; echo 2 >t/mounted/g
        \(vac) -h store -f all.vac t; \(vac) -h store --one-file-system -f one.vac t
        \(vac) -h store --one-file-system -f argument.vac t/mounted'
      """)

    func list(_ archive: String) throws -> String {
      try work.run("unvac", "-t", archive).output
    }
    #expect(try list("all.vac") == "t/\nt/d/\nt/d/f\nt/mounted/\nt/mounted/g\n")
    #expect(try list("one.vac") == "t/\nt/d/\nt/d/f\nt/mounted/\n")
    #expect(try list("argument.vac") == "mounted/\nmounted/g\n")
  }

  @Test("-V logs each call to a server and its reply")
  func trace() throws {
    try work.shell("echo 1 >f")
    try work.serving { address in
      let child = try ChildProcess(
        Fixture.program("vac"), ["-V", "-h", address, "f"],
        directory: work.path("f").removingLastComponent())
      #expect(try child.waitForExit() == .success)
      #expect(child.errorOutput.contains(#/vac: .* -> tag \d+ /#))
      #expect(child.errorOutput.contains(#/vac: .* <- tag \d+ /#))
      #expect(child.output.hasPrefix("vac:"))
    }
  }

  @Test("extended attributes are stored, and left out with --no-xattrs", .attributes)
  func attributes() throws {
    try work.shell("mkdir t; echo 1 >t/f; setfattr -n user.a -v value t/f t")
    try work.vac("-f", "with.vac", "t").expectSuccess()
    try work.vac("--no-xattrs", "-f", "without.vac", "t").expectSuccess()
    try work.run("unvac", "-C", "with", "with.vac").expectSuccess()
    try work.run("unvac", "-C", "without", "without.vac").expectSuccess()

    let expected = try work.shell("getfattr -R -d t")
    #expect(expected.contains("user.a=\"value\""))
    #expect(try work.shell("cd with; getfattr -R -d t") == expected)
    #expect(try work.shell("cd without; getfattr -R -d t") == "")
  }

  @Test("access control lists, default ones too, come back", .attributes)
  func accessControlLists() throws {
    try work.shell(
      """
      mkdir t t/d; echo 1 >t/f; chmod 640 t/f
      setfacl -m u:12345:rw,g:54321:r,m::rw t/f; setfacl -m u:12345:rwx,d:u:12345:rx,d:o::- t/d
      """)
    try work.vac("-f", "t.vac", "t").expectSuccess()
    try work.run("unvac", "-C", "out", "t.vac").expectSuccess()

    let expected = try work.shell("getfacl -R -n t")
    #expect(expected.contains("user:12345:rw-") && expected.contains("default:user:12345:r-x"))
    #expect(try work.shell("cd out; getfacl -R -n t") == expected)
  }

  @Test("a list that the target gives to what is made in it lets nobody in", .attributes)
  func inheritedLists() throws {
    try work.shell("mkdir -m 750 t t/d; echo 1 >t/f; echo 2 >t/d/f; mkfifo t/p; ln -s f t/l")
    try work.shell("mkdir -m 750 t/e; for i in {1..80}; do echo 3 >t/e/$i; done; chmod -R g=rX t")
    try work.shell("setfacl -m d:u:12345:rx t/e")
    try work.vac("-f", "t.vac", "t").expectSuccess()
    let giving = "setfacl -m u:54321:rwx,d:u:54321:rwx"
    try work.shell("mkdir out kept; mkdir kept/t; \(giving) out; \(giving) kept/t; mkdir bare")

    let lists = "find * -not -type l | sort | xargs getfacl -n"
    for target in ["out", "kept"] {
      try work.run("unvac", "-C", target, "t.vac").expectSuccess()
      let expected = try work.shell("cd t; \(lists)")
      #expect(expected.contains("default:user:12345:r-x"))
      #expect(try work.shell("cd \(target)/t; \(lists)") == expected)
    }
    try work.run("unvac", "-C", "out", "--verify", "t.vac").expectSuccess()

    // Without attributes the target has its way; and it is told to those who ask.
    try work.run("unvac", "--no-xattrs", "-C", "bare", "t.vac").expectSuccess()
    try work.shell("setfacl -m u:54321:r bare/t/f")
    let verified = try work.run("unvac", "-C", "bare", "--verify", "t.vac")
    #expect(verified.status == .exited(1))
    #expect(verified.output.contains("'t/f': "), "\(verified.output)")
    #expect(verified.output.contains("system.posix_acl_access"), "\(verified.output)")
  }

  /// A line for each file below the working directory: all that lstat(2) has and an archive keeps.
  ///
  /// Sizes and links of directories are the file system's own.
  private static let inspection = """
    find . -mindepth 1 \\( -type d -printf '%p %y %m %U:%G %T@ %C@\\n' \\) -o \\
      -printf '%p %y %m %U:%G %T@ %C@ size %s links %n -> %l\\n' | sort
    find . \\( -type b -o -type c \\) -exec stat -c '%n %t:%T' {} + | sort
    find . -mindepth 1 -print0 | sort -z | xargs -0 getfattr -h -d -m - -e hex
    [ links/one -ef dup/three ]; [ links/one -ef links/two ]
    """

  @Test(
    "a mount shows times to the nanosecond, links, attributes, devices and sockets as they were",
    .mounts, .attributes, arguments: 11...12 as ClosedRange<UInt64>)
  func mounted(seed: UInt64) throws {
    let zoo = try Zoo(at: work.path("zoo"), seed: seed)
    try work.vac("-f", "zoo.vac", "zoo").expectSuccess()
    let expected = try work.shell("cd zoo; \(Self.inspection)")
    #expect(expected.contains(".123456789"))
    #expect(expected.contains("./special/socket s "))

    try withMount(of: work.path("zoo.vac").string, from: work.store, ["--xattr"]) { mount in
      let found = try work.shell("cd '\(mount.path.appending("zoo"))'; \(Self.inspection)")
      let differences = found.split(separator: "\n").difference(
        from: expected.split(separator: "\n"))
      #expect(differences.isEmpty)
    }
    #expect(zoo.path == work.path("zoo"))
  }

  @Test("--atime stores times of access, to the nanosecond", .mounts)
  func accessTimes() throws {
    // Later than now: reading the file does not change it.
    try work.shell("mkdir t; echo 1 >t/f; touch -a -d @4000000000.123456789 t/f")
    try work.vac("--atime", "-f", "t.vac", "t").expectSuccess()

    try withMount(of: work.path("t.vac").string, from: work.store) { mount in
      let found = try work.shell("find '\(mount.path.appending("t/f"))' -printf '%A@'")
      #expect(found == "4000000000.1234567890")
    }
  }

  @Test("a terminal shows a line of progress, which goes away in the end")
  func terminal() throws {
    try work.shell("mkfifo input")
    let vac = Fixture.program("vac")
    let child = try ChildProcess(
      "script", ["-qec", "\(vac) -h store -i data <input", "/dev/null"],
      directory: work.path("input").removingLastComponent())
    // Opens the pipe, and writes nothing: the backup goes on until it is gone.
    let writer = try ChildProcess(
      "bash", ["-c", "exec tail -f /dev/null >input"],
      directory: work.path("input").removingLastComponent())
    try child.waitForOutput("\r\u{1b}[K0 files, 0.0 MB, 0.0 MB/s, 0% deduplicated")
    writer.signal(SIGKILL)

    #expect(try child.waitForExit() == .success)
    // The score stands in a line of its own.
    #expect(child.output.contains(#/\r\x{1b}\[Kvac:[0-9a-f]{40}\r\n/#))
    #expect(child.output.hasSuffix("\r\u{1b}[K"))
  }

  @Test("a backup that is killed at any moment leaves a good store", .long, arguments: 1...4)
  func killed(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let make = "for i in {1..60}; do head -c 30000 /dev/urandom >t/$i; done"
    try work.shell("echo old >f.vac; mkdir t; \(make)")
    var killedCount = 0
    for _ in 0..<40 {
      // Some end before they are killed, on a machine that has time.
      let seconds = Double.random(in: 0.005...0.4, using: &random)
      let child = try ChildProcess(
        "timeout",
        ["-s", "KILL", "\(seconds)", Fixture.program("vac").string, "-h", work.store]
          + ["-f", "f.vac", "t"],
        directory: work.path("t").removingLastComponent())
      _ = try child.waitForExit()
      let text = try work.text("f.vac")
      if text == "old\n" { killedCount += 1 }
      try work.run("venti", "check", work.store).expectSuccess()
      if text != "old\n" {
        try work.run("unvac", "--verify", "f.vac", "t").expectSuccess()
      }
      try work.shell("echo old >f.vac; \(make)")
    }
    #expect(killedCount > 0)
    try work.vac("-f", "g.vac", "t").expectSuccess()
    try work.run("unvac", "--verify", "g.vac", "t").expectSuccess()
  }
}

extension Trait where Self == ConditionTrait {
  /// Skips the test where files cannot have extended attributes and lists.
  static var attributes: Self {
    .enabled("no extended attributes in temporary files") {
      let directory = try TemporaryDirectory()
      let script = "touch f; setfattr -n user.x -v y f; setfacl -m u:1:r f"
      let probe = try ChildProcess("bash", ["-euc", script], directory: directory.path)
      return try probe.waitForExit() == .success
    }
  }
}
