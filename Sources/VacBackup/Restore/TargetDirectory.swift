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
  /// Its name until all in it is there; nil where it has its own from the beginning.
  let temporaryName: [UInt8]?
  /// Which directory it is; nil for the top.
  let identity: FileStatus.Identity?
  /// The permissions that it gets in the end.
  let permissions: UInt16
  /// Whether its owner can open it, and all above it, with these.
  let staysSearchable: Bool

  private let unfinished = Atomic<Int>(1)
  private let atomicLinkPlace = Atomic<Int>(-1)
  private let itemBox = AtomicLazyReference<ItemBox>()

  /// The top directory.
  init() {
    (id, parent, name, temporaryName, identity, permissions) = (0, nil, [], nil, nil, 0)
    staysSearchable = true
  }

  /// A directory in another one.
  init(
    id: Int, _ name: [UInt8], temporaryName: [UInt8]? = nil, in parent: TargetDirectory,
    identity: FileStatus.Identity, permissions: UInt16
  ) {
    self.id = id
    self.parent = parent
    self.name = name
    self.temporaryName = temporaryName
    self.identity = identity
    self.permissions = permissions
    staysSearchable = parent.staysSearchable && permissions & 0o500 == 0o500
  }

  /// The name with which it is made.
  var firstName: [UInt8] { temporaryName ?? name }

  /// What the archive says of it; nil as long as the walk is in it, since there may be very many
  /// such directories, and for the top, whose attributes are left as they are.
  var item: Item? { itemBox.load()?.item }

  /// Notes what attributes it gets once nothing is left to be done in it.
  func finishes(as item: Item) { _ = itemBox.storeIfNil(ItemBox(item)) }

  /// Its place in `LinkPlaces`, whose lock protects it.
  var linkPlace: Int {
    get { atomicLinkPlace.load(ordering: .relaxed) }
    set { atomicLinkPlace.store(newValue, ordering: .relaxed) }
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

/// An item that can be referred to.
private final class ItemBox: Sendable {
  let item: Item

  init(_ item: Item) {
    self.item = item
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
    var next = directory
    return try handle { () throws(RestoreError) in
      guard let parent = next.parent else { return nil }
      defer { next = parent }
      return (next.id, next.firstName)
    }
  }

  /// A handle of a directory that is told of by identity and name, then the one above it, and so on; nil
  /// for the top.
  func handle(
    _ next: () throws(RestoreError) -> (id: Int, name: [UInt8])?
  ) throws(RestoreError) -> DirectoryHandle {
    var missing: [(id: Int, name: [UInt8])] = []
    var handle = top
    while let directory = try next() {
      if let known = handles.withLock({ $0.value(for: directory.id) }) {
        handle = known
        break
      }
      missing.append(directory)
    }
    while let (id, name) = missing.popLast() {
      handle = try attempt("open directory") { () throws(Errno) in try handle.directory(name) }
      keep(handle, of: id)
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
    keep(opened, of: parent.id)
    return opened
  }

  /// Keeps a handle that was just opened.
  func keep(_ handle: DirectoryHandle, of directory: Int) {
    handles.withLock { $0.insert(handle, for: directory, cost: 1) }
  }

  /// Lets go of a directory that is finished.
  func forget(_ directory: TargetDirectory) {
    handles.withLock { $0.remove(directory.id) }
  }
}
