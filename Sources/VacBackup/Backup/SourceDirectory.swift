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
  /// Which directory it is; nil for one that only leads to an argument.
  let identity: FileStatus.Identity?

  /// A directory that is named by the user.
  init(id: Int, path: FilePath, displayPath: [UInt8]) {
    self.id = id
    place = .path(path)
    self.displayPath = displayPath
    identity = nil
  }

  /// A directory in another one.
  init(id: Int, name: [UInt8], in parent: SourceDirectory, status: FileStatus) {
    self.id = id
    place = .entry(name, in: parent)
    displayPath = []
    identity = status.identity
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
  /// More than there are directories of which files wait for their turn.
  private static let limit = 384

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

  /// Has the directory above at hand, once the walk leaves one whose files may still be stored.
  ///
  /// Of a deep tree, few directories are open. On the way up each is found from the one below it, as
  /// long as that is where it was: from the top it would be a long way, each time.
  func leave(_ directory: SourceDirectory) {
    guard case .entry(_, let parent) = directory.place else { return }
    let below = handles.withLock { handles in
      handles.value(for: parent.id) == nil ? handles.value(for: directory.id) : nil
    }
    guard let below, let identity = parent.identity, let opened = below.parent(identity)
    else { return }
    handles.withLock { $0.insert(opened, for: parent.id, cost: 1) }
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
    if let identity = directory.identity {
      let found = try calling("stat") { () throws(Errno) in try opened.status() }
      guard found.identity == identity else { throw .replaced }
    }
    handles.withLock { $0.insert(opened, for: directory.id, cost: 1) }
    return opened
  }
}

extension FileStatus {
  /// Whether nothing has happened to the file since.
  func isUnchanged(since other: FileStatus) -> Bool {
    size == other.size && modified == other.modified && changed == other.changed
  }
}
