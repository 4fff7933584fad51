import Posix
import Synchronization
import SystemPackage
import TestSupport
import Testing
import VacArchive
import VacBackup
import VentiCore

/// Small directories, which are seen once all in them is there.
@Suite(.timeLimit(.minutes(2)))
struct LeafDirectoryTests {
  private let tree: RestoredTree
  private let test: TestArchive

  init() throws {
    tree = try RestoredTree()
    test = try TestArchive(
      directory("d", mode: 0o550, file("a", "first"), link("b", to: "a"), file("c", "last")))
  }

  /// Restores the archive, and does something before the contents of `d/c` are read.
  private func restore(_ hook: @escaping @Sendable () throws -> Void) throws {
    let score = Block(Array("last".utf8)).score
    let failure = Monitor<(any Error)?>(nil)
    let source = WatchedSource(test.store) { address in
      guard address.score == score else { return }
      do { try hook() } catch { failure.withLock { $0 = error } }
    }
    try tree.restore(test.archive, in: source)
    if let error = failure.withLock({ $0 }) { throw error }
  }

  @Test("a new directory has its name when all in it is whole, not before")
  func isSeenWhole() throws {
    let names = Monitor<[String]>([])
    try restore { [tree] in
      let found = try tree.names()
      names.withLock { $0 = found }
    }

    #expect(names.withLock { $0.count } == 1)
    #expect(names.withLock { $0.first?.hasPrefix(".unvac-") } == true)
    #expect(try tree.names() == ["d"])
    #expect(try tree.verify(test) == [])
    #expect(tree.problems == [])
  }

  @Test("a directory that somebody makes meanwhile gets the files, and keeps its own")
  func isMadeMeanwhile() throws {
    try restore { [tree] in try tree.shell("mkdir d; echo mine >d/e; echo old >d/a") }

    #expect(try tree.names() == ["d"])
    #expect(try tree.names("d") == ["a", "b", "c", "e"])
    #expect(try tree.verify(test) == ["'d/e': not in the archive"])
    #expect(tree.problems == [])
  }

  @Test("a file that somebody makes meanwhile stays, and is told of; nothing else is left")
  func isMadeAFile() throws {
    try restore { [tree] in try tree.shell("echo mine >d") }

    #expect(try tree.names() == ["d"])
    #expect(try tree.contents("d") == Array("mine\n".utf8))
    #expect(tree.problems == ["'d': rename: Not a directory"])
  }

  @Test("a file that cannot be read is told of, and the others are there")
  func damaged() throws {
    test.store.remove(Block(Array("first".utf8)).score, .data)
    try tree.restore(test)

    #expect(try tree.names("d") == ["b", "c"])
    #expect(tree.problems.count == 1)
    #expect(tree.problems.first?.hasPrefix("'d/a': ") == true)
  }
}

/// A source that tells what is asked for.
private struct WatchedSource: BlockSource {
  private let base: any BlockSource
  private let willRead: @Sendable (BlockAddress) -> Void

  init(_ base: any BlockSource, _ willRead: @escaping @Sendable (BlockAddress) -> Void) {
    (self.base, self.willRead) = (base, willRead)
  }

  func read(_ address: BlockAddress) throws(BlockError) -> Block {
    willRead(address)
    return try base.read(address)
  }
}
