internal import Posix
internal import Synchronization
internal import SystemPackage
internal import VacArchive
internal import VentiCore

/// A directory that is being filled.
///
/// It counts what still has to be done in it: its own attributes are set when nothing is left,
/// as whatever is made in it changes its times, and needs permissions that it may not have.
final class TargetDirectory: Sendable {
  /// Its identity, never that of another directory.
  let id: Int
  /// The directory that it is in; nil for the top.
  let parent: TargetDirectory?
  let name: [UInt8]
  /// What the archive says of it; nil for the top, whose attributes are left as they are.
  let item: Item?
  /// Which directory it is; nil for the top.
  let identity: FileStatus.Identity?
  /// The permissions that it gets in the end.
  let permissions: UInt16

  private let unfinished = Atomic<Int>(1)

  /// The top directory.
  init() {
    (id, parent, name, item, identity, permissions) = (0, nil, [], nil, nil, 0)
  }

  /// A directory in another one.
  init(
    id: Int, _ item: Item, in parent: TargetDirectory, identity: FileStatus.Identity,
    permissions: UInt16
  ) {
    self.id = id
    self.parent = parent
    name = item.name
    self.item = item
    self.identity = identity
    self.permissions = permissions
  }

  /// Notes that there is one more thing to be done in it.
  func retain() {
    unfinished.add(1, ordering: .relaxed)
  }

  /// Notes that a thing is done.
  ///
  /// - Returns: whether it was the last one.
  func release() -> Bool {
    unfinished.subtract(1, ordering: .acquiringAndReleasing).newValue == 0
  }

  /// Its path in the target; empty for the top.
  var path: [UInt8] { path(to: []) }

  /// The path of a file in it.
  func path(to name: [UInt8]) -> [UInt8] {
    var names = name.isEmpty ? [] : [name]
    var directory = self
    while let parent = directory.parent {
      names.append(directory.name)
      directory = parent
    }
    return Array(names.reversed().joined(separator: "/".utf8))
  }
}

/// Open handles of the directories that were used last: a few, however many there are.
///
/// A handle that is gone is opened again from the top, one name after the other, and no link on
/// the way is followed.
final class DirectoryHandles: Sendable {
  private static let limit = 128

  private let top: DirectoryHandle
  private let handles = Monitor(LeastRecentlyUsed<Int, DirectoryHandle>(capacity: limit))

  init(top: DirectoryHandle) {
    self.top = top
  }

  /// A handle of a directory, which stays open as long as the caller holds it.
  func handle(of directory: TargetDirectory) throws(RestoreError) -> DirectoryHandle {
    var missing: [TargetDirectory] = []
    var handle = top
    var next = directory
    while let parent = next.parent {
      if let known = handles.withLock({ $0.value(for: next.id) }) {
        handle = known
        break
      }
      missing.append(next)
      next = parent
    }
    while let directory = missing.popLast() {
      handle = try attempt("open directory") { () throws(Errno) in
        try handle.directory(directory.name)
      }
      keep(handle, of: directory)
    }
    return handle
  }

  /// A handle of the directory above another one, which is finished.
  ///
  /// Of a deep tree, few directories are open. On the way up each is found from the one below it, as
  /// long as that is where it was: from the top it would be a long way, each time.
  func handle(
    of parent: TargetDirectory, above directory: TargetDirectory
  ) throws(RestoreError) -> DirectoryHandle {
    let (known, below) = handles.withLock {
      ($0.value(for: parent.id), $0.value(for: directory.id))
    }
    if let known { return known }
    guard let identity = parent.identity, let opened = below?.parent(identity) else {
      return try handle(of: parent)
    }
    keep(opened, of: parent)
    return opened
  }

  /// Keeps a handle that was just opened.
  func keep(_ handle: DirectoryHandle, of directory: TargetDirectory) {
    handles.withLock { $0.insert(handle, for: directory.id, cost: 1) }
  }

  /// Lets go of a directory that is finished.
  func forget(_ directory: TargetDirectory) {
    handles.withLock { $0.remove(directory.id) }
  }
}
