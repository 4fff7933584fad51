import Glibc
import SystemPackage
import TestSupport
import Testing

@Suite(.mounts, .timeLimit(.minutes(5)))
struct OptionTests {
  private let directory: TemporaryDirectory
  private let store: FilePath
  private let archive = ArchiveFixture.zoo8k.file.string

  init() throws {
    directory = try TemporaryDirectory()
    store = try StoreFixture.store.unpack(into: directory.path)
  }

  @Test("options of mount(8) reach the kernel")
  func kernelOptions() throws {
    let options = [
      "-o", "ro,nosuid,nodev,noexec,nosymfollow,noatime", "-o", "subtype=old,fsname=name",
    ]
    try withMount(of: archive, from: store.string, options) { mount in
      let line = try #require(try mount.line)
      #expect(line.type == "fuse.old")
      #expect(line.source == "name")
      for option in ["ro", "nosuid", "nodev", "noexec", "nosymfollow", "noatime"] {
        #expect(line.options.contains(option), "\(option)")
      }
      #expect(!line.options.contains("allow_other"))
    }
  }

  @Test("uid and gid make everything somebody's")
  func owners() throws {
    try withMount(of: archive, from: store.string, ["-o", "uid=123,gid=456"]) { mount in
      let owners = try shell("find . -printf '%U:%G\\n' | sort -u", in: mount.path)
      #expect(owners == "123:456\n")
    }
  }

  @Test("-m names the mountpoint, $venti the store, --store is long for -h")
  func otherWays() throws {
    try shell("mkdir mnt", in: directory.path)
    let mountpoint = directory.path.appending("mnt")
    let program = Fixture.program("vacfs")
    for (arguments, environment) in [
      (["-m", mountpoint.string, archive], ["venti": store.string]),
      (["--store", store.string, "--mountpoint", mountpoint.string, archive], [:]),
      (["-h\(store)", "-m\(mountpoint)", "-M32m", archive], [:]),
      (["-h", store.appending("venti.conf").string, archive, mountpoint.string], [:]),
    ] {
      let child = try ChildProcess(program, arguments, environment: environment)
      #expect(try child.waitForExit() == .success, "\(child.errorOutput)")
      let names = Result { try shell("ls", in: mountpoint) }
      try ChildProcess.run("fusermount3", "-u", mountpoint.string)
      #expect(try names.get() == "zoo0\n")
    }
  }

  @Test("mount(8) and fstab mount by the type fuse.vacfs", .enabled(if: isRoot, "root only"))
  func mountHelper() throws {
    try shell("mkdir mnt", in: directory.path)
    let mountpoint = directory.path.appending("mnt")
    // As mount(8) calls it, which itself would look for vacfs in the system's directories only.
    let output = try shell(
      """
      PATH=$(dirname $1):$PATH mount.fuse3 $2 $3 -o ro,nosuid,nodev,noatime,store=$4 -t fuse.vacfs
      ls mnt; fusermount3 -u mnt
      """, in: directory.path, Fixture.program("vacfs"), FilePath(archive), mountpoint, store)
    #expect(output == "zoo0\n")
  }

  @Test("a private mount is for the mounting user, who may read everything")
  func privateMount() throws {
    try withMount(of: archive, from: store.string) { mount in
      // A file of mode 0.
      try shell("cat zoo0/modes/m000 >/dev/null", in: mount.path)
      guard isRoot else { return }
      try shell(
        "setpriv --reuid=65534 --regid=65534 --clear-groups ls $1 2>&1", in: "/", mount.path,
        expecting: .exited(2))
    }
  }

  @Test("with allow_other the kernel checks permissions, and with -p nobody does")
  func others() throws {
    guard isRoot else { return }
    try shell("chmod 755 .", in: directory.path)
    func read(_ options: [String]) throws -> String {
      try withMount(of: archive, from: store.string, options) { mount in
        #expect(try mount.line?.options.contains("allow_other") == true)
        try shell("chmod 755 $1", in: "/", mount.path.removingLastComponent())
        return try shell(
          """
          for file in zoo0/modes/m000 zoo0/modes/m444; do
            setpriv --reuid=65534 --regid=65534 --clear-groups \
              sh -c 'cd "$1" && cat "$2" >/dev/null 2>&1 && echo read || echo refused' sh $1 $file
          done
          """, in: "/", mount.path)
      }
    }
    #expect(try read(["-o", "allow_other"]) == "refused\nread\n")
    #expect(try read(["-o", "allow_other", "-p"]) == "read\nread\n")
  }

  @Test("-d logs requests of the kernel, -V calls to the server")
  func traces() throws {
    let server = try StoreServer(store)
    try withMount(of: archive, from: server.address, ["-f", "-d", "-V"]) { mount in
      try shell("cat zoo0/tree/0/0/README >/dev/null; ls zoo0/names", in: mount.path)
      try mount.waitForErrorOutput("in node")
      let log = mount.errorOutput
      #expect(log.contains("look up \"zoo0\" in node 1"))
      #expect(log.contains("list nodes"))
      #expect(log.contains("\(server.address) -> tag"))
      #expect(log.split(separator: "\n").allSatisfy { $0.hasPrefix("vacfs: ") })
    }
  }

  @Test("without -d and -V nothing is logged")
  func silence() throws {
    try withMount(of: archive, from: store.string, ["-f"]) { mount in
      try shell("tar cf - . | cat >/dev/null", in: mount.path)
      #expect(mount.errorOutput == "")
    }
  }
}
