import Glibc
import Posix
import SystemPackage
import TestSupport
import Testing
import VentiCore

/// Stores and servers that fail under readers: what fails is what has to, and not for long.
@Suite(.mounts, .serialized, .timeLimit(.minutes(5)))
struct FaultTests {
  private let directory: TemporaryDirectory
  private let store: FilePath
  private let archive = ArchiveFixture.zoo8k

  init() throws {
    directory = try TemporaryDirectory()
    store = try StoreFixture.store.unpack(into: directory.path)
  }

  @Test("a damaged block fails the file that needs it, and names its score in the log")
  func damagedBlock() throws {
    // Noise is stored as it is, so the block can be found by its bytes.
    let wanted = "zoo0/sizes/noise-8193"
    let leaf = try withMount(of: archive.file.string, from: store.string) { mount in
      Block(Array(try contents(of: mount.path.appending(wanted)).prefix(8192)))
    }
    try damage(leaf.array)

    try withMount(of: archive.file.string, from: store.string, ["-f"]) { mount in
      #expect(read(mount.path.appending(wanted)) == .ioError)
      try mount.waitForErrorOutput("\(leaf.score)")

      let manifest = try archive.manifest
      let differences = manifest.differences(in: try Manifest(of: mount.path))
      #expect(differences.count == 1)
      #expect(differences.first?.hasPrefix("\(wanted): ") == true, "\(differences)")
    }
  }

  // A call may take as long as a crowded machine can hold up a server that answers. What a test
  // then waits for, it waits for without a clock of its own: it either comes or fails.

  @Test("when the server is killed readers fail by the deadline; when it is back they succeed")
  func killedServer() throws {
    let server = try StoreServer(store, at: StoreServer.returningAddress)
    let address = server.address
    try withMount(of: archive.text, from: address, ["--timeout", "5"]) { mount in
      let file = mount.path.appending("zoo0/sizes/noise-16385")
      try shell("ls -lR . >/dev/null", in: mount.path)
      try server.kill()

      #expect(Readers([file]).wait() == [.ioError])
      // Known, and still known: there is nobody who could be asked.
      try shell("ls -lR . >/dev/null; df . >/dev/null", in: mount.path)

      let next = try StoreServer(store, at: address)
      try withExtendedLifetime(next) {
        let manifest = try archive.manifest
        #expect(
          try eventually { try manifest.differences(in: Manifest(of: mount.path)).isEmpty })
      }
    }
  }

  @Test("64 readers that wait for a frozen server hold up nobody who asks for what is known")
  func frozenServer() throws {
    let server = try StoreServer(store)
    // Long enough that no reader gives up before the server goes on.
    try withMount(of: archive.text, from: server.address, ["--timeout", "120"]) { mount in
      try shell("ls -lR . >/dev/null; cat zoo0/sizes/noise-8192 >/dev/null", in: mount.path)
      let files = try manyFiles(64).map { mount.path.appending($0) }
      try server.freeze()

      let readers = Readers(files)
      try shell(
        """
        ls -lR . >/dev/null; stat zoo0/wide >/dev/null; df . >/dev/null
        find . -type f >/dev/null; cat zoo0/sizes/noise-8192 >/dev/null
        """, in: mount.path)
      #expect(readers.finished == 0)

      server.thaw()
      #expect(readers.wait() == Array(repeating: nil, count: 64))
    }
  }

  @Test("readers of a server that stays frozen get EIO by the deadline")
  func frozenForEver() throws {
    let server = try StoreServer(store)
    defer { server.thaw() }
    try withMount(of: archive.text, from: server.address, ["--timeout", "5"]) { mount in
      try shell("ls -lR . >/dev/null", in: mount.path)
      let files = try manyFiles(64).map { mount.path.appending($0) }
      try server.freeze()

      #expect(Readers(files).wait() == Array(repeating: .ioError, count: 64))
    }
  }

  @Test("a mount whose server is frozen can be unmounted, and its daemon ends")
  func unmountFrozen() throws {
    let server = try StoreServer(store)
    defer { server.thaw() }
    try withMount(of: archive.text, from: server.address, ["--timeout", "5"]) { mount in
      try server.freeze()
      let reader = Readers([mount.path.appending("zoo0/tree/0/0/README")])
      kill(try mount.processIdentifier, SIGTERM)
      #expect(try MountTable.waitForUnmount(at: mount.path, within: ArchiveMount.limit))
      #expect(reader.wait().count == 1)
      try mount.waitForEnd()
    }
  }

  @Test("readers of a frozen server that are killed go away at once, and so can the mount")
  func killedReaders() throws {
    let server = try StoreServer(store)
    defer { server.thaw() }
    // Longer than anything here waits: who comes to an end was not kept until the deadline.
    try withMount(of: archive.text, from: server.address, ["--timeout", "600"]) { mount in
      // What is in zoo0 is known; who asks for the links of a directory in it has to wait.
      try shell("stat zoo0 >/dev/null", in: mount.path)
      try server.freeze()
      try killReaders(
        ["stat zoo0/tree", "stat zoo0/wide", "cat zoo0/sizes/noise-16385"], in: mount)
      #expect(try shell("ls zoo0", in: mount.path).contains("tree"))
      server.thaw()

      // Every name is known now, and no contents.
      try shell("ls -lR . >/dev/null", in: mount.path)
      try server.freeze()
      try killReaders(["cat zoo0/sizes/noise-16384", "md5sum zoo0/sizes/noise-16385"], in: mount)
      server.thaw()
      try expectManifest(of: archive, at: mount)
    }
  }

  /// Starts readers who have to wait, and has a signal end them.
  private func killReaders(_ commands: [String], in mount: ArchiveMount) throws {
    let readers = try commands.map {
      try ChildProcess("sh", ["-c", "exec \($0)"], directory: mount.path)
    }
    for (command, reader) in zip(commands, readers) {
      let program = command.prefix { $0 != " " }
      #expect(
        eventually {
          Processes.isAsleep(reader.processIdentifier, in: program) || !reader.isRunning
        })
      reader.signal(SIGKILL)
      let end = try reader.waitForExit()
      #expect(
        end == .signalled(SIGKILL), "\(command): \(end) \(reader.output)\(reader.errorOutput)")
    }
  }

  /// Paths of files of the archive that need a block each.
  private func manyFiles(_ count: Int) throws -> [String] {
    let names = try withMount(of: archive.file.string, from: store.string) { mount in
      try shell("cd zoo0; find tree wide deep -type f -size +0 | sort", in: mount.path)
    }
    let files = names.split(separator: "\n").map { "zoo0/\($0)" }
    try #require(files.count >= count)
    return Array(files.prefix(count))
  }

  /// Turns one bit of the bytes in the arenas, wherever they are.
  private func damage(_ bytes: [UInt8]) throws {
    let file = try FileDescriptor.open(store.appending("arenas0"), .readWrite)
    defer { try? file.close() }
    let arenas = try contents(of: store.appending("arenas0"))
    let start = try #require(arenas.indices.first { arenas[$0...].starts(with: bytes) })
    try file.writeAll(toAbsoluteOffset: Int64(start + 100), [bytes[100] ^ 1])
  }
}

/// Threads that read a file each.
private final class Readers: Sendable {
  private let results: Monitor<[Errno??]>

  init(_ files: [FilePath]) {
    results = Monitor(Array(repeating: nil, count: files.count))
    for (number, file) in files.enumerated() {
      Thread.start("reader") { [results] in
        let result = read(file)
        results.update { $0[number] = .some(result) }
      }
    }
  }

  /// How many have come to an end.
  var finished: Int { results.withLock { $0.count { $0 != nil } } }

  /// What became of them, once they have all come to an end; empty if they do not.
  func wait() -> [Errno?] {
    results.wait(until: .after(seconds: ArchiveMount.limit * 2)) { results in
      let ended = results.compactMap(\.self)
      return ended.count == results.count ? ended : nil
    } ?? []
  }
}

/// Reads a file to its end; returns the error that kept it from that.
private func read(_ file: FilePath) -> Errno? {
  do {
    _ = try contents(of: file)
    return nil
  } catch {
    return error
  }
}

/// The contents of a file.
private func contents(of path: FilePath) throws(Errno) -> [UInt8] {
  do {
    let file = try FileDescriptor.open(path, .readOnly)
    defer { try? file.close() }
    return try file.readAll(limit: .max)
  } catch {
    throw error as? Errno ?? .ioError
  }
}

/// Tries until it succeeds, for two minutes; each try takes its time by itself.
private func eventually(_ body: () throws -> Bool) rethrows -> Bool {
  let deadline = Deadline.after(seconds: 120)
  while try !body() {
    if deadline.hasPassed { return false }
  }
  return true
}
