package import Posix
internal import Synchronization
internal import SystemPackage
internal import VentiCore

/// Open handles of the directories that were used last: a few, however many there are.
///
/// A handle that is gone is opened again from the top, one name after the other. No link on the way
/// is followed, and what is opened must be what it was before.
package final class SourceHandles: Sendable {
  /// Files that wait for their turn have those of their directories besides.
  private static let limit = 256

  private let handles = Monitor(LeastRecentlyUsed<Int, DirectoryHandle>(capacity: limit))
  private let isAbandoned = Atomic(false)

  /// No handles yet.
  package init() {}

  /// Has whoever is on the way to a directory give up: in a deep tree, that may be a long one.
  package func abandon() {
    isAbandoned.store(true, ordering: .relaxed)
  }

  /// A handle of a directory, which stays open as long as the caller holds it.
  ///
  /// - Throws: `BackupError.interrupted` for one that is not at hand, once they are abandoned.
  package func handle(of directory: TreeDirectory) throws(BackupError) -> DirectoryHandle {
    var missing: [TreeDirectory] = []
    var next: TreeDirectory? = directory
    var handle: DirectoryHandle?
    while let current = next {
      handle = handles.withLock { $0.value(for: current.id) }
      if handle != nil { break }
      try checkIsWanted()
      missing.append(current)
      next = try settingAside { () throws(ScratchError) in try current.above() }
    }
    while let directory = missing.popLast() {
      try checkIsWanted()
      handle = try open(directory, from: handle)
    }
    guard let handle else { throw .replaced }
    return handle
  }

  private func checkIsWanted() throws(BackupError) {
    if isAbandoned.load(ordering: .relaxed) { throw .interrupted }
  }

  /// Has the directory above at hand, once the walk leaves one.
  ///
  /// Of a deep tree, few directories are open. On the way up each is found from the one below it, as
  /// long as that is where it was: from the top it would be a long way, each time.
  func leave(_ directory: TreeDirectory) throws(BackupError) {
    guard
      let parent = try settingAside({ () throws(ScratchError) in try directory.above() }),
      let identity = parent.identity
    else { return }
    let below = handles.withLock { handles in
      handles.value(for: parent.id) == nil ? handles.value(for: directory.id) : nil
    }
    guard let opened = below?.parent(identity) else { return }
    handles.withLock { $0.insert(opened, for: parent.id, cost: 1) }
  }

  private func open(
    _ directory: TreeDirectory, from parent: DirectoryHandle?
  ) throws(BackupError) -> DirectoryHandle {
    let opened = try calling("open directory") { () throws(Errno) -> DirectoryHandle? in
      switch directory.place {
      case .path(let path): try DirectoryHandle(opening: path.isEmpty ? "." : path)
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
