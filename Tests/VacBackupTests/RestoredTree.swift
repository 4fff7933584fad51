import Glibc
import Posix
import SystemPackage
import TestSupport
import VacArchive
import VacBackup
import VentiCore

let isRoot = geteuid() == 0

/// A directory that archives are restored into, and what was reported.
final class RestoredTree: Sendable {
  private let directory: TemporaryDirectory
  private let reported = Monitor<[String]>([])

  init() throws {
    directory = try TemporaryDirectory()
    try handle.makeDirectory(Array("target".utf8))
  }

  /// The directory that gets the files.
  var path: FilePath { directory.path.appending("target") }

  /// A directory beside it, which no restore may touch.
  var outside: FilePath { directory.path }

  private var handle: DirectoryHandle {
    get throws { try DirectoryHandle(opening: directory.path) }
  }

  /// What was reported, each as `'path': reason`.
  var problems: [String] { reported.withLock { $0.sorted() } }

  /// Restores an archive.
  ///
  /// - Returns: what was asked for and is not in it.
  @discardableResult
  func restore(
    _ archive: Archive, in source: any BlockSource, _ files: [String] = [],
    change: (inout RestoreOptions) -> Void = { _ in }
  ) throws -> [String] {
    let restorer = try makeRestorer(archive, in: source, change: change)
    return try restorer.run(Selection(files.map { Array($0.utf8) })).map {
      String(decoding: $0, as: UTF8.self)
    }
  }

  @discardableResult
  func restore(
    _ test: TestArchive, _ files: [String] = [],
    change: (inout RestoreOptions) -> Void = { _ in }
  ) throws -> [String] {
    try restore(test.archive, in: test.store, files, change: change)
  }

  func makeRestorer(
    _ archive: Archive, in source: any BlockSource,
    change: (inout RestoreOptions) -> Void = { _ in }
  ) throws -> Restorer {
    var options = RestoreOptions(setsOwners: isRoot, threadCount: 4)
    change(&options)
    return Restorer(
      archive, in: source, to: try DirectoryHandle(opening: path), options: options,
      observer: RestoreObserver { problem in
        self.reported.withLock { $0.append("\(problem)") }
      })
  }

  /// Compares the directory with an archive: each difference as `'path': what`.
  func verify(_ test: TestArchive, _ files: [String] = []) throws -> [String] {
    try verify(test.archive, in: test.store, files)
  }

  func verify(
    _ archive: Archive, in source: any BlockSource, _ files: [String] = [],
    change: (inout RestoreOptions) -> Void = { _ in }
  ) throws -> [String] {
    let differences = Monitor<[String]>([])
    var options = RestoreOptions(setsOwners: isRoot, threadCount: 4)
    change(&options)
    let verifier = Verifier(
      archive, in: source, with: try DirectoryHandle(opening: path), options: options,
      observer: RestoreObserver { problem in
        self.reported.withLock { $0.append("\(problem)") }
      }
    ) { path, difference in
      differences.withLock { $0.append("\(PathText.quoted(path)): \(difference)") }
    }
    _ = try verifier.run(Selection(files.map { Array($0.utf8) }))
    return differences.withLock { $0.sorted() }
  }

  /// What lstat(2) says of a file.
  func status(_ name: String) throws -> FileStatus {
    let path = path.appending(name)
    let parent = try DirectoryHandle(opening: path.removingLastComponent())
    return try parent.status(of: Array(path.lastComponent?.string.utf8 ?? "".utf8))
  }

  /// The contents of a file.
  func contents(_ name: String) throws -> [UInt8] {
    try Self.contents(of: path.appending(name))
  }

  static func contents(of path: FilePath) throws -> [UInt8] {
    let file = try File(opening: path, for: .readOnly)
    let size = try file.size()
    return try Block(capacity: size) { output throws(Errno) in
      try file.read(size, at: 0, into: &output)
    }.array
  }

  /// The names in a directory, sorted.
  func names(_ name: String = ".") throws -> [String] {
    try DirectoryHandle(opening: path.appending(name)).names()
      .map { String(decoding: $0, as: UTF8.self) }.sorted()
  }

  /// Runs a shell script in the target.
  @discardableResult
  func shell(_ script: String) throws -> String {
    try ChildProcess.run("bash", "-euc", script, directory: path)
  }
}
