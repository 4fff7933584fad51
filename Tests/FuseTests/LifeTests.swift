import Fuse
import FuseTestTree
import Glibc
import SystemPackage
import TestSupport
import Testing

@Suite(.mounts, .timeLimit(.minutes(2)))
struct LifeTests {
  @Test("the server ends when it is unmounted from outside")
  func unmountedFromOutside() throws {
    let server = try TestServer("directories=1", "files=1")

    #expect(try shell("fusermount3 -u \(server.mountpoint)") == "")

    #expect(server.waitForEnd())
    #expect(server.mountLine == nil)
  }

  @Test("a signal unmounts", arguments: [SIGINT, SIGTERM, SIGHUP])
  func signal(number: CInt) throws {
    let server = try TestServer("directories=1", "files=1")

    server.send(signal: number)

    #expect(server.waitForEnd())
    #expect(server.mountLine == nil)
  }

  @Test("a signal to a busy mount hides it at once and lets its users finish")
  func signalWhileBusy() throws {
    let server = try TestServer("directories=1", "files=1")
    let file = try FileDescriptor.open(FilePath("\(server.mountpoint)/crumbs"), .readOnly)

    server.send(signal: SIGTERM)
    #expect(try server.waitUntilHidden())

    var bytes = [UInt8](repeating: 0, count: 1_000_001)
    #expect(pread(file.rawValue, &bytes, bytes.count, 0) == bytes.count)
    try file.close()
    #expect(server.waitForEnd())
  }

  @Test("with auto_unmount not even a killed server leaves a mount")
  func autoUnmount() throws {
    let server = try TestServer("directories=1", "files=1", "auto_unmount")
    #expect(server.mountLine != nil)

    // SIGKILL would end `timeout` only; the server obeys a word instead.
    server.ask("die")
    #expect(!server.waitForEnd())

    #expect(try server.waitUntilHidden())
  }

  @Test("a server that was killed leaves a mount that the next one calls stale")
  func stale() throws {
    let server = try TestServer("directories=1", "files=1")
    server.ask("die")
    #expect(!server.waitForEnd())

    let failure = try failureOfServer(server.mountpoint)

    #expect(failure == "failed: \(FuseError.mountpointStale(path: server.mountpoint))")
    #expect(try shell("umount \(server.mountpoint)") == "")
  }

  @Test("a place that cannot be mounted on is named, with the reason")
  func badPlaces() throws {
    #expect(
      try failureOfServer("/nowhere/at/all")
        == "failed: mountpoint \"/nowhere/at/all\": no such directory")
    #expect(
      try failureOfServer("/etc/passwd") == "failed: mountpoint \"/etc/passwd\": not a directory")
  }

  @Test("a read-ahead that the kernel refuses is an error, and nothing stays mounted")
  func badReadAhead() throws {
    let server = try #require(try? TestServer("directories=1", "files=1"))
    server.end()

    let failure = try failureOfServer(server.mountpoint, "readahead=-1")

    #expect(failure.hasPrefix("failed: read-ahead of -1 KiB: cannot be set: "))
    #expect(server.mountLine == nil)
  }
}
