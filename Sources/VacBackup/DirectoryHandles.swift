package import Posix
internal import Synchronization
package import SystemPackage
internal import VentiCore

/// An error that says why a directory cannot be opened.
package protocol DirectoryFailure: Error {
  /// A call of the system failed.
  static func system(_ action: String, _ error: Errno) -> Self
  /// What is far above could not be set aside, or be read again.
  static func scratch(_ error: ScratchError) -> Self
  /// Nobody wants to know any more.
  static var interrupted: Self { get }
}

/// Open handles of the directories that were used last: a few, however many there are.
///
/// A handle that is gone is opened again from the top, one name after the other. No link on the way
/// is followed.
package final class DirectoryHandles<Failure: DirectoryFailure>: Sendable {
  private let scratch: Scratch
  private let openTop: @Sendable (FilePath) throws(Failure) -> DirectoryHandle
  private let check: @Sendable (DirectoryHandle, FileStatus.Identity) throws(Failure) -> Void
  private let handles: Monitor<LeastRecentlyUsed<Int, DirectoryHandle>>
  private let isAbandoned = Atomic(false)

  /// - Parameters:
  ///   - limit: handles that are kept.
  ///   - openTop: opens a directory that others are in.
  ///   - check: takes each that was opened below, and which one it is to be.
  init(
    limit: Int, _ scratch: Scratch,
    openTop: @escaping @Sendable (FilePath) throws(Failure) -> DirectoryHandle,
    check: @escaping @Sendable (DirectoryHandle, FileStatus.Identity) throws(Failure) -> Void
  ) {
    self.scratch = scratch
    self.openTop = openTop
    self.check = check
    handles = Monitor(LeastRecentlyUsed(capacity: limit))
  }

  /// Has whoever is on the way to a directory give up: in a deep tree, that may be a long one.
  package func abandon() {
    isAbandoned.store(true, ordering: .relaxed)
  }

  /// A handle of a directory, which stays open as long as the caller holds it.
  ///
  /// - Throws: `interrupted` for one that is not at hand, once they are abandoned.
  package func handle(of directory: TreeDirectory) throws(Failure) -> DirectoryHandle {
    if let known = handles.withLock({ $0.value(for: directory.id) }) { return known }
    var handle: DirectoryHandle?
    var next: TreeDirectory? = directory
    // The way may be very long.
    var missing = DeepStack(
      scratch, limit: scratch.depthLimit, encode: \.bytes,
      decode: { bytes throws(FormatError) in try DownwardStep(parsing: bytes) })
    while handle == nil, let current = next {
      try checkIsWanted()
      try keeping { () throws(ScratchError) in
        try missing.push(DownwardStep(current))
        next = try current.above()
      }
      if let next { handle = handles.withLock { $0.value(for: next.id) } }
    }
    while let step = try keeping({ () throws(ScratchError) in try missing.pop() }) {
      try checkIsWanted()
      handle = try open(step, from: handle)
    }
    // There is a step at least.
    guard let handle else { throw .system("open directory", .noSuchFileOrDirectory) }
    return handle
  }

  private func checkIsWanted() throws(Failure) {
    if isAbandoned.load(ordering: .relaxed) { throw .interrupted }
  }

  /// Has the directory above another one at hand, if it is found from there.
  ///
  /// Of a deep tree, few directories are open. On the way up each is found from the one below it, as
  /// long as that is where it was: from the top it would be a long way, each time.
  ///
  /// - Returns: that directory; nil at the top.
  @discardableResult
  func climb(from directory: TreeDirectory) throws(Failure) -> TreeDirectory? {
    let above = try keeping { () throws(ScratchError) in try directory.above() }
    guard let above, let identity = above.identity else { return above }
    let below = handles.withLock { handles in
      handles.value(for: above.id) == nil ? handles.value(for: directory.id) : nil
    }
    if let opened = below?.parent(identity) { keep(opened, of: above.id) }
    return above
  }

  /// A handle of a directory, which is found from another one if both are far from the top and near each
  /// other.
  func handle(
    of directory: TreeDirectory, near other: TreeDirectory
  ) throws(Failure) -> DirectoryHandle {
    if let known = handles.withLock({ $0.value(for: directory.id) }) { return known }
    let common = try keeping { () throws(ScratchError) in
      try directory.common(with: other, distanceLimit: directory.depth)
    }
    var next = other
    while let common, next.id != common.id, let above = try climb(from: next) { next = above }
    return try handle(of: directory)
  }

  /// Keeps a handle that was just opened.
  func keep(_ handle: DirectoryHandle, of directory: Int) {
    handles.withLock { $0.insert(handle, for: directory, cost: 1) }
  }

  /// Keeps a handle that somebody has, if there is one.
  func keep(_ handle: DirectoryHandle?, of directory: TreeDirectory) {
    guard let handle else { return }
    handles.withLock { handles in
      if handles.value(for: directory.id) == nil {
        handles.insert(handle, for: directory.id, cost: 1)
      }
    }
  }

  /// Lets go of a directory that is finished.
  func forget(_ directory: TreeDirectory) {
    handles.withLock { $0.remove(directory.id) }
  }

  private func open(
    _ step: DownwardStep, from parent: DirectoryHandle?
  ) throws(Failure) -> DirectoryHandle {
    let opened: DirectoryHandle
    if step.isTop {
      opened = try openTop(FilePath(bytes: step.name))
    } else {
      opened = try rethrowing { () throws(Errno) in
        guard let found = try parent?.directory(step.name) else { throw .noSuchFileOrDirectory }
        return found
      } as: {
        Failure.system("open directory", $0)
      }
    }
    if let identity = step.identity { try check(opened, identity) }
    keep(opened, of: step.id)
    return opened
  }

  private func keeping<Result>(
    _ body: () throws(ScratchError) -> Result
  ) throws(Failure) -> Result {
    try rethrowing(body) { Failure.scratch($0) }
  }
}

/// A directory on the way down to another one.
private struct DownwardStep {
  let id: Int
  let name: [UInt8]
  /// Whether the name is a path, from which others go down.
  let isTop: Bool
  let identity: FileStatus.Identity?

  init(_ directory: TreeDirectory) {
    (id, identity) = (directory.id, directory.identity)
    switch directory.place {
    case .path(let path): (name, isTop) = (path.bytes, true)
    case .entry(let name, _): (self.name, isTop) = (name, false)
    }
  }

  init(parsing bytes: [UInt8]) throws(FormatError) {
    var reader = ByteReader(Block(bytes).bytes, of: "directory")
    id = try Int(clamping: reader.uint64())
    isTop = try reader.uint8() == 1
    identity = try FileStatus.Identity.parse(&reader)
    name = try reader.array(reader.remaining)
  }

  var bytes: [UInt8] {
    var writer = ByteWriter(capacity: 26 + name.count)
    writer.uint64(UInt64(id))
    writer.uint8(isTop ? 1 : 0)
    identity.write(to: &writer)
    writer.raw(name)
    return writer.bytes
  }
}

extension FileStatus.Identity {
  /// Bytes of one that may not be known.
  static let optionalByteCount = 17

  /// Reads one that may not be known.
  @_lifetime(reader: copy reader)
  static func parse(_ reader: inout ByteReader) throws(FormatError) -> Self? {
    let isKnown = try reader.uint8() == 1
    let identity = try Self(fileSystem: reader.uint64(), inode: reader.uint64())
    return isKnown ? identity : nil
  }
}

extension FileStatus.Identity? {
  /// Writes what `parse` reads.
  func write(to writer: inout ByteWriter) {
    writer.uint8(self == nil ? 0 : 1)
    writer.uint64(self?.fileSystem ?? 0)
    writer.uint64(self?.inode ?? 0)
  }
}
