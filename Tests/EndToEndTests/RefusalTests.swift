import Glibc
import Posix
import SystemPackage
import TestSupport
import Testing
import VentiCore

/// Mounts that cannot be: status 1, one line that says why, and nothing left behind.
@Suite(.mounts, .timeLimit(.minutes(5)))
struct RefusalTests {
  private let directory: TemporaryDirectory
  private let store: FilePath
  private let archive = ArchiveFixture.nightly.file.string

  init() throws {
    directory = try TemporaryDirectory()
    store = try StoreFixture.store.unpack(into: directory.path)
    try shell("mkdir mnt; touch file", in: directory.path)
  }

  private var mountpoint: String { directory.path.appending("mnt").string }

  /// Runs `vacfs`, which has to fail and to leave nothing.
  ///
  /// - Returns: what it says.
  private func refusal(
    _ arguments: String..., status: Int32 = 1, environment: [String: String] = [:]
  ) throws -> String {
    let child = try ChildProcess(
      Fixture.program("vacfs"), arguments, environment: environment, directory: directory.path)
    #expect(try child.waitForExit() == .exited(status))
    #expect(child.output == "")
    #expect(try MountTable.line(for: FilePath(mountpoint)) == nil)
    #expect(Processes.first(withArgument: mountpoint) == nil)
    return child.errorOutput
  }

  /// The same, in the background and in the foreground.
  private func expectRefusal(
    _ arguments: String..., says text: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    for mode in [[], ["-f"]] {
      let child = try ChildProcess(
        Fixture.program("vacfs"), mode + arguments, directory: directory.path)
      #expect(try child.waitForExit() == .exited(1), sourceLocation: sourceLocation)
      #expect(child.errorOutput == "vacfs: \(text)\n", sourceLocation: sourceLocation)
    }
    #expect(try MountTable.line(for: FilePath(mountpoint)) == nil, sourceLocation: sourceLocation)
    #expect(Processes.first(withArgument: mountpoint) == nil, sourceLocation: sourceLocation)
  }

  @Test(
    "a mountpoint whose name is not UTF-8", arguments: [#""$2" $'d\xe9'"#, #"-m $'d\xe9' "$2""#])
  func mountpointInBytes(arguments: String) throws {
    let output = try shell(
      """
      mkdir $'d\\xe9'
      if "$1" \(arguments) 2>&1; then exit 1; fi
      """, in: directory.path, Fixture.program("vacfs"), FilePath(archive))
    #expect(output.hasPrefix("Error: mountpoint 'd\u{fffd}': the name is not UTF-8; "))
  }

  @Test("no such server")
  func noServer() throws {
    // Nobody listens on a port whose socket is closed again.
    let port = try RawSocket.listen().port
    try expectRefusal(
      "-h", "tcp!127.0.0.1!\(port)", archive, mountpoint,
      says: "tcp!127.0.0.1!\(port): connection refused")
    let unknown = try refusal("-h", "tcp!nosuchhost.invalid!17034", archive, mountpoint)
    #expect(unknown.hasPrefix("vacfs: tcp!nosuchhost.invalid!17034: "))
  }

  @Test("a server that is no venti server")
  func strangeServer() throws {
    let socket = try RawSocket.listen()
    let port = socket.port
    Thread.start("server") {
      while let client = socket.accept() {
        try? client.send(Array("SSH-2.0-OpenSSH_9.2\r\n".utf8))
      }
    }
    let text = try refusal("-h", "127.0.0.1:\(port)", archive, mountpoint)
    socket.shutDown()
    #expect(text.hasPrefix("vacfs: tcp!127.0.0.1!\(port): "))
    #expect(text.contains("not a venti peer"))
    #expect(text.split(separator: "\n").count == 1)
  }

  @Test("a server that says nothing, for no longer than was asked")
  func silentServer() throws {
    let socket = try RawSocket.listen()
    try expectRefusal(
      "-h", "127.0.0.1:\(socket.port)", "--timeout", "0.5", archive, mountpoint,
      says: "tcp!127.0.0.1!\(socket.port): no answer in 0.5 s")
  }

  @Test("no store")
  func noStore() throws {
    try expectRefusal(
      "-h", "/nosuch", archive, mountpoint,
      says: "store '/nosuch': no such file or directory; 'venti init' makes a store")
    let text = try refusal(archive, mountpoint, environment: ["venti": ""])
    #expect(text.hasPrefix("vacfs: $venti is empty"))
  }

  @Test("no such score")
  func noScore() throws {
    let score = String(repeating: "ab", count: 20)
    try expectRefusal(
      "-h", store.string, "vac:\(score)", mountpoint,
      says: "no block with score \(score)/16 exists")
  }

  @Test("a root of another kind, named by its type")
  func notAnArchive() throws {
    let blocks = MemoryStore()
    var root = ByteWriter()
    Root(type: Array("file".utf8), score: .zero, blockSize: 8192).write(to: &root)
    let score = try blocks.write(Block(root.bytes), type: .root)
    try withServer(of: blocks) { address in
      try expectRefusal(
        "-h", address, "vac:\(score)", mountpoint,
        says: "root \(score): type 'file', expected 'vac'")
    }
  }

  @Test("a block that is no root")
  func notARoot() throws {
    let blocks = MemoryStore()
    let score = try blocks.write(Block([1, 2, 3]), type: .data)
    try withServer(of: blocks) { address in
      let text = try refusal("-h", address, "vac:\(score)", mountpoint)
      #expect(text.contains("no block with score \(score)/16 exists"))
    }
  }

  @Test("no permission to use /dev/fuse, or no fusermount3", .enabled(if: isRoot, "root only"))
  func noPermission() throws {
    let script = """
      mknod fuse c 10 229; chmod $4 fuse; mount --bind fuse /dev/fuse
      PATH=$5 exec /usr/bin/setpriv --bounding-set=-sys_admin,-dac_override "$1" -h store "$2" "$3"
      """
    func attempt(mode: String, path: String) throws -> String {
      let child = try ChildProcess(
        "unshare",
        [
          "--mount", "bash", "-ec", script, "bash", Fixture.program("vacfs").string, archive,
          mountpoint, mode, path,
        ], directory: directory.path)
      #expect(try child.waitForExit() == .exited(1))
      try shell("rm fuse", in: directory.path)
      return child.errorOutput
    }
    #expect(
      try attempt(mode: "000", path: "/usr/bin")
        == "vacfs: /dev/fuse: cannot be opened: Permission denied\n")
    #expect(
      try attempt(mode: "666", path: "/nonexistent")
        == "vacfs: fusermount3: not found; Debian's package fuse3 has it\n")
  }

  @Test("an archive's file that is not one")
  func badFiles() throws {
    let good = try ArchiveFixture.nightly.text
    try shell(
      """
      printf '%s\\n%s\\n' '\(good)' '\(good)' >two.vac
      printf 'root:%040d\\n' 0 >prefix.vac
      printf 'vac:12\\n' >short.vac
      : >empty.vac
      head -c 100000 /dev/zero >large.vac
      """, in: directory.path)
    for name in ["two", "prefix", "short", "empty", "large"] {
      let text = try refusal("-h", store.string, "\(name).vac", mountpoint)
      #expect(text.hasPrefix("vacfs: archive '\(name).vac': "), "\(text)")
      #expect(text.split(separator: "\n").count == 1, "\(text)")
    }
    try expectRefusal(
      "-h", store.string, "nosuch.vac", mountpoint,
      says: "archive 'nosuch.vac': No such file or directory")
  }

  @Test(
    "line ends and blanks around the score do not matter",
    arguments: ["%s", "%s\\r\\n", "  %s \\n"])
  func tolerated(format: String) throws {
    try shell("printf '\(format)' '\(ArchiveFixture.nightly.text)' >a.vac", in: directory.path)
    let names = try withMount(
      of: directory.path.appending("a.vac").string, from: store.string
    ) { mount in
      try shell("ls", in: mount.path)
    }
    #expect(names == "2026\n")
  }

  @Test("a mountpoint that is none")
  func badMountpoints() throws {
    try expectRefusal(
      "-h", store.string, archive, "nosuch",
      says: "mountpoint \"nosuch\": no such directory")
    try expectRefusal(
      "-h", store.string, archive, "file", says: "mountpoint \"file\": not a directory")
  }

  @Test("a mountpoint that hides the store: its directory, one above it, a link to it")
  func hiddenStore() throws {
    try shell("ln -s store link", in: directory.path)
    for (name, place) in [
      (store.string, store.string), (store.string, "."), (store.string, "link"),
      ("link", store.string), (store.appending("venti.conf").string, store.string),
    ] {
      try expectRefusal(
        "-h", name, archive, place,
        says: "mountpoint \(place.debugDescription): the store is in it, and nobody would find it "
          + "behind the mount; mount at another place")
    }
    #expect(try MountTable.line(for: store) == nil)
  }

  @Test(
    "options that are not known, or cannot be applied",
    arguments: [
      ("nosuch", "'nosuch': not known"), ("nosuch=1", "'nosuch=1': not known"),
      ("rw", "'rw': an archive is mounted with ro"), ("suid", "'suid': an archive"),
      ("uid=me", "'uid': found 'me', expected a number"), ("gid=", "'gid': found ''"),
      ("uid", "'uid': found ''"),
    ])
  func badOptions(option: String, reason: String) throws {
    let text = try refusal(
      "-h", store.string, "-o", "ro,\(option)", archive, mountpoint)
    #expect(text.hasPrefix("vacfs: mount option \(reason)"), "\(text)")
    #expect(text.split(separator: "\n").count == 1)
  }

  @Test("two stores")
  func twoStores() throws {
    try expectRefusal(
      "-h", store.string, "-o", "store=elsewhere", archive, mountpoint,
      says: "mount option 'store=elsewhere': -h names '\(store)'")
  }

  @Test("permissions that the kernel is to check, and is not to")
  func contradiction() throws {
    let text = try refusal(
      "-h", store.string, "-p", "-o", "default_permissions", archive, mountpoint)
    #expect(text.hasPrefix("vacfs: mount option 'default_permissions': "))
  }

  @Test(
    "9P, and words that make no command line",
    arguments: [
      ["-i"], ["-s"], ["-S", "name"], ["-x"], ["-M", "lots"], ["-M", "1"], ["--timeout", "0"],
      ["-m", "/tmp"],
    ])
  func usage(arguments: [String]) throws {
    let child = try ChildProcess(
      Fixture.program("vacfs"), ["-h", store.string] + arguments + [archive, mountpoint])

    #expect(try child.waitForExit() == .exited(1))
    #expect(child.errorOutput.hasPrefix("Error: "))
  }
}
