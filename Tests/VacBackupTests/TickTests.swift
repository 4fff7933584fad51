import Posix
import SystemPackage
import TestSupport
import Testing
import VacArchive
import VacBackup
import VentiCore

/// Files that change more often than the clock ticks by which the system tells times.
@Suite(.timeLimit(.minutes(5)))
struct TickTests {
  @Test("what changes in the tick in which it was read is told, and read the next time")
  func sameTick() throws {
    let tree = try SourceTree()
    let path = tree.path.appending("file")
    for round in 0..<40 {
      let (old, new) = ("before \(round)", "after_ \(round)")
      try Self.write(old, to: path)
      let store = HookedStore(tree.store) { try? Self.write(new, to: path) }
      let first = try tree.makeBackup(to: store).run()

      let second = try tree.archive(previous: first) { $0.skipsUnchanged = true }

      let restored = try tree.restore(second)
      #expect(try Self.text(of: restored.path.appending("file")) == new)
    }
    #expect(tree.problems == Array(repeating: "'file': changed while it was read", count: 40))
  }

  /// Writes a file in its place, at once.
  private static func write(_ text: String, to path: FilePath) throws {
    let file = try FileDescriptor.open(
      path, .writeOnly, options: [.create], permissions: .ownerReadWrite)
    defer { try? file.close() }
    try file.writeAll(text.utf8)
  }

  private static func text(of path: FilePath) throws -> String {
    let file = try FileDescriptor.open(path, .readOnly)
    defer { try? file.close() }
    return String(decoding: try file.readAll(limit: 100), as: UTF8.self)
  }
}
