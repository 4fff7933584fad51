internal import Posix
internal import SystemPackage
internal import VentiCore

/// A directory whose files are archived.
final class SourceDirectory: Sendable {
  /// How it is reached.
  enum Place: Sendable {
    /// By a path of the user's own, in which links are followed.
    case path(FilePath)
    /// By its name in another one.
    case entry([UInt8], in: SourceDirectory)
  }

  /// Its identity, never that of another directory.
  let id: Int
  let place: Place
  /// Its path, as it stands in messages; empty for the working directory.
  private let displayPath: [UInt8]
  /// What stat(2) has said of it; nil for one that only leads to an argument.
  let status: FileStatus?

  /// A directory that is named by the user.
  init(id: Int, path: FilePath, displayPath: [UInt8]) {
    self.id = id
    place = .path(path)
    self.displayPath = displayPath
    status = nil
  }

  /// A directory in another one.
  init(id: Int, name: [UInt8], in parent: SourceDirectory, status: FileStatus) {
    self.id = id
    place = .entry(name, in: parent)
    displayPath = []
    self.status = status
  }

  /// The path of a file in it, for messages and patterns.
  func path(to name: [UInt8]) -> [UInt8] {
    var names = [name]
    var directory = self
    while case .entry(let name, let parent) = directory.place {
      names.append(name)
      directory = parent
    }
    if !directory.displayPath.isEmpty { names.append(directory.displayPath) }
    let path = Array(names.reversed().joined(separator: "/".utf8))
    // Below the root itself.
    return path.starts(with: "//".utf8) ? Array(path.dropFirst()) : path
  }
}

/// Open handles of the directories that were used last: a few, however many there are.
///
/// A handle that is gone is opened again from the top, one name after the other. No link on the way
/// is followed, and what is opened must be what it was before.
final class SourceHandles: Sendable {
  private static let limit = 128

  private let handles = Monitor(LeastRecentlyUsed<Int, DirectoryHandle>(capacity: limit))

  /// A handle of a directory, which stays open as long as the caller holds it.
  func handle(of directory: SourceDirectory) throws(BackupError) -> DirectoryHandle {
    var missing: [SourceDirectory] = []
    var next: SourceDirectory? = directory
    var handle: DirectoryHandle?
    while let current = next, handle == nil {
      handle = handles.withLock { $0.value(for: current.id) }
      if handle == nil { missing.append(current) }
      if case .entry(_, let parent) = current.place { next = parent } else { next = nil }
    }
    while let directory = missing.popLast() { handle = try open(directory, from: handle) }
    guard let handle else { throw .replaced }
    return handle
  }

  /// Lets go of a directory that is finished.
  func forget(_ directory: SourceDirectory) {
    handles.withLock { $0.remove(directory.id) }
  }

  private func open(
    _ directory: SourceDirectory, from parent: DirectoryHandle?
  ) throws(BackupError) -> DirectoryHandle {
    let opened = try calling("open directory") { () throws(Errno) -> DirectoryHandle? in
      switch directory.place {
      case .path(let path): try DirectoryHandle(opening: path)
      case .entry(let name, _): try parent?.directory(name)
      }
    }
    guard let opened else { throw .replaced }
    if let expected = directory.status {
      let found = try calling("stat") { () throws(Errno) in try opened.status() }
      guard found.isSameFile(as: expected) else { throw .replaced }
    }
    handles.withLock { $0.insert(opened, for: directory.id, cost: 1) }
    return opened
  }
}

extension FileStatus {
  /// Whether both are of one file.
  func isSameFile(as other: FileStatus) -> Bool {
    inode == other.inode && fileSystem == other.fileSystem && kind == other.kind
  }

  /// Whether nothing has happened to the file since.
  func isUnchanged(since other: FileStatus) -> Bool {
    size == other.size && modified == other.modified && changed == other.changed
  }
}
