import Posix
import SystemPackage
import Testing
import VacArchive
import VacBackup

/// Trees that are much deeper than the directories that a restore has at hand.
struct DeepRestoreTests {
  private static let levels = 2500
  private static let below = Array("d".utf8)

  private let tree: RestoredTree
  private let test: TestArchive

  init() throws {
    tree = try RestoredTree()
    test = try TestArchive(
      levels: (0..<Self.levels).map { level in
        (Self.files(at: level), VacBackupTests.directory("d", mode: Self.permissions(level)))
      })
  }

  /// Some are closed to their owner, and some have files that have other names.
  private static func permissions(_ level: Int) -> UInt16 {
    switch level % 100 {
    case 50: 0
    case 70: 0o555
    case 90: 0o311
    default: 0o755
    }
  }

  /// A file now and then; and some that have three names: the one that comes first in a directory which
  /// is closed in the end, the next far below.
  private static func files(at level: Int) -> [TestFile] {
    switch level % 50 {
    case 0: [file("f", "\(level)")]
    case 10: [name("top", of: level)]
    case 20: [VacBackupTests.directory("a", mode: 0, name("first", of: level - 10))]
    case 40: [name("other", of: level - 30)]
    default: []
    }
  }

  private static func name(_ name: String, of number: Int) -> TestFile {
    file(name, "file \(number)").with {
      $0.qid = UInt64(1_000_000 + number)
      $0.linkCount = 3
    }
  }

  /// The directory of a level; all above must be open.
  private func directory(at level: Int) throws -> DirectoryHandle {
    try (0..<level).reduce(DirectoryHandle(opening: tree.path)) { directory, _ in
      try directory.directory(Self.below)
    }
  }

  private func path(_ level: Int, _ name: String) -> String {
    "'" + String(repeating: "d/", count: level) + name + "'"
  }

  /// Opens everything to its owner, from the top down.
  ///
  /// - Returns: the permissions there were, by the level.
  private func open() throws -> [UInt16] {
    var directory = try DirectoryHandle(opening: tree.path)
    return try (0..<Self.levels).map { level in
      if level % 50 == 20 {
        #expect(try directory.status(of: [UInt8(ascii: "a")]).permissions == 0)
        try directory.setPermissions(of: [UInt8(ascii: "a")], 0o700)
      }
      defer { directory = (try? directory.directory(Self.below)) ?? directory }
      let permissions = try directory.status(of: Self.below).permissions
      try directory.setPermissions(of: Self.below, permissions | 0o700)
      return permissions
    }
  }

  @Test(
    "files, links and permissions come back however deep they are, and differences are found there",
    arguments: [(256, 20 << 20), (3, 1)])
  func deep(depthLimit: Int, memoryLimit: Int) throws {
    let change = { (options: inout RestoreOptions) in
      options.scratch.depthLimit = depthLimit
      options.scratch.memoryLimit = memoryLimit
    }
    try tree.restore(test, change: change)
    #expect(tree.problems == [])
    #expect(try open() == (0..<Self.levels).map(Self.permissions))

    let changed = [300, 1200, 2400]
    for level in changed {
      let directory = try directory(at: level)
      try directory.remove([UInt8(ascii: "f")])
      _ = try self.directory(at: level + 10).makeFile([UInt8(ascii: "x")])
    }
    let differences = try tree.verify(test.archive, in: test.store, change: change).filter {
      !$0.contains(": mode ") && !$0.contains(": modified at ")
    }

    #expect(
      differences
        == changed.flatMap {
          [path($0, "f") + ": missing", path($0 + 10, "x") + ": not in the archive"]
        }.sorted())
    #expect(tree.problems == [])
  }
}
