import Posix
import SystemPackage
import TestSupport
import Testing
import VacBackup

struct SourceHandlesTests {
  private let temporary: TemporaryDirectory
  private let log = DirectoryLog(Scratch())

  init() throws {
    temporary = try TemporaryDirectory()
    try ChildProcess.run("mkdir", "-p", temporary.path.appending("a/b/c").string)
  }

  /// The directories on the way to `a/b/c`, the top one first.
  private func directories() throws -> [TreeDirectory] {
    var directories = [TreeDirectory(id: 0, path: temporary.path)]
    var handle = try DirectoryHandle(opening: temporary.path)
    for (id, name) in ["a", "b", "c"].enumerated() {
      handle = try handle.directory(Array(name.utf8))
      directories.append(
        try log.directory(
          Array(name.utf8), in: directories[id], id: id + 1, identity: handle.status().identity))
    }
    return directories
  }

  @Test("a directory is opened from the top, and each is what it was before")
  func open() throws {
    let directories = try directories()
    for directory in directories.reversed() {
      let handle = try SourceHandles(Scratch()).handle(of: directory)
      let identity = directory.identity
      if let identity { #expect(try handle.status().identity == identity) }
    }
  }

  @Test("one in whose place another was put is told as replaced")
  func replaced() throws {
    let last = try #require(try directories().last)
    try ChildProcess.run(
      "bash", "-euc", "mv a/b old; mkdir -p a/b/c", directory: temporary.path)

    #expect(throws: BackupError.replaced) { try SourceHandles(Scratch()).handle(of: last) }
  }

  @Test("who is on the way to a directory gives up once handles are abandoned; at hand is at hand")
  func abandoned() throws {
    let directories = try directories()
    let handles = SourceHandles(Scratch())
    _ = try handles.handle(of: directories[2])
    handles.abandon()

    #expect(throws: BackupError.interrupted) { try handles.handle(of: directories[3]) }
    _ = try handles.handle(of: directories[2])
  }
}
