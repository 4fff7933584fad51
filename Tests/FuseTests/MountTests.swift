import Fuse
import FuseTestTree
import Glibc
import SystemPackage
import TestSupport
import Testing

@Suite(.mounts, .timeLimit(.minutes(2)))
struct MountTests {
  @Test("every file of the tree reads as it is in memory")
  func contentsAreTrue() throws {
    let server = try TestServer("directories=5", "files=20")
    let tree = MemoryTree.sample(directories: 5, filesEach: 20, meanByteCount: 4096)
    var compared = 0

    try tree.visitSmallFiles { path, expected in
      let found = try contents(of: "\(server.mountpoint)/\(path)")
      #expect(found == expected, "\(path)")
      compared += 1
    }

    #expect(compared > 5000)
  }

  @Test("a listing names every file, odd ones included")
  func listing() throws {
    let server = try TestServer("directories=1", "files=1")

    let names = try shell("ls -1b", in: server.mountpoint)
    let crowd = try shell("ls -f crowd | sort | uniq | wc -l", in: server.mountpoint)

    let long = String(repeating: "n", count: 255)
    #expect(
      names.split(separator: "\n").map(String.init) == [
        "crowd", "crumbs", "disk", "fifo", "hanging", "hello", "line\\nbreak", "link", "many",
        long, "null", "setuid", "sparse", "wrong",
      ])
    #expect(crowd == "5002\n")
  }

  @Test("stat shows kinds, permissions, sizes, links, times and devices")
  func attributes() throws {
    let server = try TestServer("directories=3", "files=1")

    let lines = try shell(
      "stat -c '%n %F %a %s %b %o %h %t:%T' disk fifo hello link many null setuid sparse; "
        + "stat -c '%i' . hello; stat -c '%.9Y' hello; readlink link",
      in: server.mountpoint)

    #expect(
      lines.split(separator: "\n").map(String.init) == [
        "disk block special file 600 0 0 131072 1 8:1", "fifo fifo 644 0 0 131072 1 0:0",
        "hello regular file 644 13 16 131072 1 0:0", "link symbolic link 777 7 0 131072 1 0:0",
        "many directory 755 0 0 131072 5 0:0",
        "null character special file 600 0 0 131072 1 1:3",
        "setuid regular empty file 4755 0 0 131072 1 0:0",
        "sparse regular file 644 5368709120 48 131072 1 0:0", "1000", "1008",
        "1000000008.000000005", "many/d0",
      ])
  }

  @Test("what was read, listed or not found once costs no more message")
  func secondTimeIsSilent() throws {
    let server = try TestServer("directories=10", "files=20")
    // Not `find`: it asks for the file system's statistics, which the kernel does not keep.
    let commands = """
      ls -lR . | wc -l; tar cf - many crowd hello link | wc -c; \
      cat absent; readlink link; cat crumbs | wc -c
      """
    let first = try shell(commands, in: server.mountpoint)
    let firstCount = try server.messageCount()

    let second = try shell(commands, in: server.mountpoint)

    let secondCount = try server.messageCount()
    #expect(secondCount == 0)
    #expect(firstCount > 5000)
    #expect(first == second)
    #expect(first.contains("No such file"))
  }

  @Test("a listing with attributes costs a few messages a directory, not one a file")
  func listingIsCheap() throws {
    let server = try TestServer("directories=10", "files=100")
    _ = try server.messageCount()

    _ = try shell("ls -lR many", in: server.mountpoint)

    #expect(try server.messageCount() <= 2 + 11 * 3)
  }

  @Test("holes are found by lseek and read as zeros, beyond 4 GiB too")
  func holes() throws {
    let server = try TestServer("directories=1", "files=1")
    let file = try FileDescriptor.open(FilePath("\(server.mountpoint)/sparse"), .readOnly)
    defer { try? file.close() }
    let (data, hole) = (CInt(3), CInt(4))

    #expect(lseek(file.rawValue, 0, hole) == 8192)
    #expect(lseek(file.rawValue, 8192, data) == 1 << 30)
    #expect(lseek(file.rawValue, 1 << 30, hole) == 1 << 30 | 8192)
    #expect(lseek(file.rawValue, 1 << 30 | 8192, data) == 5 << 30 - 8192)
    #expect(lseek(file.rawValue, 5 << 30 - 1, hole) == 5 << 30)
    #expect(lseek(file.rawValue, 5 << 30, data) == -1 && errno == ENXIO)

    var bytes = [UInt8](repeating: 1, count: 4)
    #expect(pread(file.rawValue, &bytes, 4, 1 << 30 - 2) == 4)
    #expect(bytes == [0, 0, 7, 7])
    #expect(pread(file.rawValue, &bytes, 4, 5 << 30 - 3) == 3)
    #expect(bytes == [7, 7, 7, 7])
  }

  @Test("writing is refused with EROFS, even when mounted for writing")
  func readOnly() throws {
    let server = try TestServer("directories=1", "files=1")
    let commands = """
      mkdir new; rm hello; touch hello; chmod 0 hello; mv hello new; ln hello new; \
      ln -s hello new; mknod new p; truncate -s 1 hello; cp hello new; \
      dd if=/dev/zero of=hello count=1 conv=notrunc status=none
      """

    let refusals = try shell(commands, in: server.mountpoint)
    #expect(refusals.split(separator: "\n").count == 11)
    for line in refusals.split(separator: "\n") {
      #expect(line.hasSuffix("Read-only file system"))
    }

    guard getuid() == 0 else { return }
    let remounting = try shell("mount -i -o remount,rw \(server.mountpoint)")
    #expect(remounting == "")
    let others = try shell(commands, in: server.mountpoint)
    #expect(others.split(separator: "\n").count >= 10)
    for line in others.split(separator: "\n") {
      #expect(line.hasSuffix("Read-only file system"))
    }
  }

  @Test("a reply that is not what was asked for fails that read only")
  func wrongReply() throws {
    let server = try TestServer("directories=1", "files=1")

    #expect(try shell("cat wrong", in: server.mountpoint) == "cat: wrong: Input/output error\n")
    #expect(try shell("cat hello", in: server.mountpoint) == "hello, world\n")
  }

  @Test("/proc/mounts, df and the kernel's read-ahead show what was asked for")
  func options() throws {
    let server = try TestServer(
      "directories=1", "files=1", "allow_other", "default_permissions", "noexec", "noatime",
      "nosymfollow", "readahead=512")

    let line = try #require(server.mountLine)
    #expect(line.hasPrefix("test,tree\\134 \(server.mountpoint) fuse.test ro,"))
    for option in [
      "nosuid", "nodev", "noexec", "nosymfollow", "noatime", "default_permissions", "allow_other",
    ] {
      #expect(line.contains(option))
    }
    let sizes = try shell(
      "df -B8192 --output=size,avail,itotal . | tail -1", in: server.mountpoint)
    #expect(sizes.split(separator: " ") == ["12345", "0", "5081\n"])
    #expect(
      try shell(
        "cat /sys/class/bdi/$(mountpoint -d .)/read_ahead_kb", in: server.mountpoint) == "512\n")
  }

  @Test("many readers at once all get the same")
  func parallelReaders() throws {
    let server = try TestServer("directories=20", "files=20")

    let sums = try shell(
      "for i in 1 2 3 4 5 6 7 8; do tar cf - many crumbs | sha1sum & done; wait",
      in: server.mountpoint)

    let lines = sums.split(separator: "\n")
    #expect(lines.count == 8)
    #expect(Set(lines).count == 1)
  }
}
