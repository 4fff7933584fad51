import Glibc
import SystemPackage
import TestSupport
import Testing

@Suite(.mounts, .timeLimit(.minutes(5)))
struct LifeTests {
  private let directory: TemporaryDirectory
  private let store: FilePath
  private let archive = ArchiveFixture.nightly.file.string

  init() throws {
    directory = try TemporaryDirectory()
    store = try StoreFixture.store.unpack(into: directory.path)
  }

  @Test("the mount answers when the command returns, and shows what it is")
  func ready() throws {
    try withMount(of: archive, from: store.string) { mount in
      let line = try #require(try mount.line)
      #expect(line.type == "fuse.vacfs")
      #expect(line.source == (try ArchiveFixture.nightly.text))
      for option in ["ro", "nosuid", "nodev"] { #expect(line.options.contains(option)) }
      #expect(try shell("ls 2026", in: mount.path) == "1122\n1122.1\n")
    }
  }

  @Test("the daemon is nobody's child and keeps no directory or terminal busy")
  func daemon() throws {
    try withMount(of: archive, from: store.string) { mount in
      let process = try mount.processIdentifier
      let facts = try shell(
        "readlink /proc/$1/cwd /proc/$1/fd/0 /proc/$1/fd/1 /proc/$1/fd/2; "
          + "ps -o sid= -p $1 | tr -d ' '", in: "/", FilePath("\(process)"))
      #expect(facts == "/\n/dev/null\n/dev/null\n/dev/null\n\(process)\n")
    }
  }

  @Test("the daemon ends when it is unmounted", arguments: ["fusermount3 -u", "umount"])
  func unmounted(command: String) throws {
    try withMount(of: archive, from: store.string) { mount in
      try shell("\(command) $1", in: "/", mount.path)
      try mount.waitForEnd()
    }
  }

  @Test("a signal unmounts", arguments: [SIGINT, SIGTERM, SIGHUP], [[], ["-f"]])
  func signals(number: Int32, mode: [String]) throws {
    try withMount(of: archive, from: store.string, mode) { mount in
      kill(try mount.processIdentifier, number)
      try mount.waitForEnd()
    }
  }

  @Test("a signal to a busy mount hides it at once; who reads can finish")
  func signalWhileBusy() throws {
    let archive = ArchiveFixture.zoo8k.file.string
    try withMount(of: archive, from: store.string) { mount in
      let file = try FileDescriptor.open(
        mount.path.appending("zoo0/sizes/deep"), .readOnly)
      defer { try? file.close() }

      kill(try mount.processIdentifier, SIGTERM)
      #expect(try MountTable.waitForUnmount(at: mount.path, within: 30))

      var bytes = [UInt8](repeating: 0, count: 3_385_141)
      var count = 0
      while count < bytes.count {
        let more = bytes.withUnsafeMutableBytes {
          pread(file.rawValue, $0.baseAddress! + count, $0.count - count, off_t(count))
        }
        guard more > 0 else { break }
        count += more
      }
      #expect(count == 3_385_140)
      try file.close()
      try mount.waitForEnd()
    }
  }

  @Test("a store named by a relative path stays found once the daemon has left the directory")
  func relativePaths() throws {
    try shell("mkdir mnt; cp $1 a.vac", in: directory.path, FilePath(archive))
    let mountpoint = directory.path.appending("mnt")
    let arguments = ["--chdir", directory.path.string, Fixture.program("vacfs").string]
    try ChildProcess.run(
      "env", arguments[0], arguments[1], arguments[2], "-h", "store", "-m", "mnt", "a.vac")
    let names = Result { try shell("cat 2026/1122/home/dup/copy0 | wc -c", in: mountpoint) }
    try ChildProcess.run("fusermount3", "-u", mountpoint.string)
    #expect(try names.get() != "0\n")
  }

  @Test("with auto_unmount a daemon that is killed leaves no mount")
  func autoUnmount() throws {
    try withMount(of: archive, from: store.string, ["-o", "auto_unmount"]) { mount in
      kill(try mount.processIdentifier, SIGKILL)
      try mount.waitForEnd()
    }
  }

  @Test("two mounts of one archive live side by side")
  func twice() throws {
    try withMount(of: archive, from: store.string) { first in
      try withMount(of: archive, from: store.string) { second in
        try shell("diff -r . $1", in: first.path, second.path)
      }
      #expect(try shell("ls 2026", in: first.path) == "1122\n1122.1\n")
    }
  }
}
