import Posix
import SystemPackage
import TestSupport
import VacArchive
import VacBackup
import VentiCore

/// A directory tree that is archived into memory.
final class SourceTree: Sendable {
  private let directory: TemporaryDirectory
  private let reported = Monitor<[String]>([])
  private let damage = Monitor<[String]>([])
  let store: MemoryStore

  /// Makes a tree by a shell script.
  init(_ script: String = "true", in store: MemoryStore = MemoryStore()) throws {
    directory = try TemporaryDirectory()
    self.store = store
    try ChildProcess.run("mkdir", path.string)
    try shell(script)
  }

  /// The top of the tree.
  var path: FilePath { directory.path.appending("tree") }

  /// What was reported, each as `'path': reason`, the paths below the tree.
  var problems: [String] {
    let prefix = "'" + path.string + "/"
    return reported.withLock {
      $0.map { $0.hasPrefix(prefix) ? "'" + $0.dropFirst(prefix.count) : $0 }.sorted()
    }
  }

  /// What was said of damage in previous archives.
  var previousDamage: [String] { damage.withLock { $0 } }

  func shell(_ script: String) throws {
    try ChildProcess.run("bash", "-euc", script, directory: path)
  }

  /// A backup of what is in the tree, or of what arguments name.
  func makeBackup(
    of arguments: ArgumentList? = nil, previous: ArchiveScore? = nil, days: DayTree? = nil,
    to store: (any BlockStore)? = nil,
    event: (@Sendable (String, BackupObserver.Event) -> Void)? = nil,
    change: (inout BackupOptions) throws -> Void = { _ in }
  ) throws -> Backup {
    var options = BackupOptions(layout: try BlockLayout(), threadCount: 3)
    try change(&options)
    let archive = try previous.map { try Archive(opening: $0, in: self.store) }
    let prefix = path.string.utf8.count + 1
    var observer = BackupObserver(
      event: { path, what in
        let path = path()
        event?(String(decoding: path.dropFirst(prefix), as: UTF8.self), what)
      },
      problem: { problem in self.reported.withLock { $0.append("\(problem)") } })
    observer.previousDamage = { reason in self.damage.withLock { $0.append(reason) } }
    let source = BackupSource(arguments ?? ArgumentList([.contents(path)]), options)
    return Backup(
      source, to: store ?? self.store,
      previous: archive.map {
        Backup.Previous(score: ArchiveScore($0.score), directory: $0.directory)
      }, days: days, observer: observer)
  }

  /// Archives what is in the tree.
  @discardableResult
  func archive(
    previous: ArchiveScore? = nil, change: (inout BackupOptions) throws -> Void = { _ in }
  ) throws -> ArchiveScore {
    try makeBackup(previous: previous, change: change).run()
  }

  /// Restores an archive beside the tree.
  func restore(_ score: ArchiveScore) throws -> RestoredTree {
    let restored = try RestoredTree()
    try restored.restore(Archive(opening: score, in: store), in: store)
    return restored
  }

  /// The paths in an archive, sorted.
  func paths(in score: ArchiveScore) throws -> [String] {
    var walk = try ArchiveWalk(Archive(opening: score, in: store), in: store)
    var paths: [String] = []
    while let step = try walk.next() {
      switch step {
      case .enter, .file: paths.append(String(decoding: walk.path.bytes, as: UTF8.self))
      case .leave, .fault: break
      }
    }
    return paths.sorted()
  }

  /// A file of an archive.
  func item(_ path: String, in score: ArchiveScore) throws -> Item? {
    var directory = try Archive(opening: score, in: store).directory
    let names = path.split(separator: "/").map { Array($0.utf8) }
    for (place, name) in names.enumerated() {
      let table = try Directory(loading: directory, from: store)
      guard let position = table.position(of: name) else { return nil }
      if place == names.count - 1 { return table[position] }
      guard case .directory(let below) = table[position].contents else { return nil }
      directory = below
    }
    return nil
  }
}
