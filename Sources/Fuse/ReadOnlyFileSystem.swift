internal import SystemPackage

/// A tree of files that never changes, as the kernel asks for it.
///
/// A `Session` shows it under a mountpoint. Its methods are called from many threads at once.
///
/// Nothing changes, so the kernel keeps for ever what it was told: attributes, names, names that
/// are not there, contents, listings and links are each asked for once, then again only if memory
/// was short.
///
/// A method that is given patience is called twice at most: first with `.none`, on a thread
/// that others wait for; if that throws `.wouldBlock`, again with a deadline. Thrown with a
/// deadline, `.wouldBlock` becomes EAGAIN.
///
/// The kernel counts how often it was handed a node: once for each `lookUp` that finds it, and
/// once for each entry with a node that a listing in the form `.nodes` had taken. It gives the
/// counts back by `forget` when it drops the file from its memory. An implementation that
/// keeps nothing for a node need not count.
public protocol ReadOnlyFileSystem: Sendable {
  /// Finds the file called `name` in a directory.
  ///
  /// - Returns: nil when there is no such name; the kernel remembers that as well.
  func lookUp(
    _ name: [UInt8], in directory: NodeID, patience: Patience
  ) throws(FileSystemError) -> Node?

  /// What `stat` shows of a file.
  func attributes(of node: NodeID, patience: Patience) throws(FileSystemError) -> Attributes

  /// The path that a symbolic link holds; what follows a NUL is not seen.
  func target(of link: NodeID, patience: Patience) throws(FileSystemError) -> [UInt8]

  /// The contents of a file from `offset`: exactly `count` bytes, or fewer where the file ends.
  func read(
    _ node: NodeID, at offset: UInt64, count: Int, patience: Patience
  ) throws(FileSystemError) -> [Slice]

  /// Hands the entries of a directory to `body`, in an order that is always the same.
  ///
  /// `.` and `..` come first. A listing that throws is dropped as a whole.
  ///
  /// - Parameters:
  ///   - position: where to begin: 0, or the `next` of an entry taken before.
  ///   - form: what is wanted of the entries.
  ///   - body: returns false when an entry does not fit any more: it was not taken, and the
  ///     listing ends.
  func list(
    _ directory: NodeID, from position: UInt64, form: ListingForm, patience: Patience,
    _ body: (DirectoryEntry) -> Bool
  ) throws(FileSystemError)

  /// The first offset not below `offset` where there is data or a hole.
  ///
  /// Throws ENXIO when `offset` is not in the file or only a hole follows it.
  func seek(
    _ node: NodeID, from offset: UInt64, to target: SeekTarget, patience: Patience
  ) throws(FileSystemError) -> UInt64

  /// What `df` shows. Never waits.
  func statistics() -> FileSystemStatistics

  /// Takes back `count` of the times that the kernel was handed a node. Never waits.
  func forget(_ node: NodeID, count: UInt64)

  /// The names of a file's extended attributes, with their prefixes (`user.`…).
  ///
  /// ENOSYS, which is the default, says that there are none in the whole file system: the
  /// kernel never asks again, neither for names nor for values.
  func extendedAttributeNames(
    of node: NodeID, patience: Patience
  ) throws(FileSystemError) -> [[UInt8]]

  /// The value of one extended attribute, or nil when the file has no such attribute.
  func extendedAttribute(
    _ name: [UInt8], of node: NodeID, patience: Patience
  ) throws(FileSystemError) -> [UInt8]?
}

extension ReadOnlyFileSystem {
  /// Counts nothing.
  public func forget(_ node: NodeID, count: UInt64) {}

  /// Says that the file system has no extended attributes.
  public func extendedAttributeNames(
    of node: NodeID, patience: Patience
  ) throws(FileSystemError) -> [[UInt8]] {
    throw .failed(.noFunction)
  }

  /// Says that the file system has no extended attributes.
  public func extendedAttribute(
    _ name: [UInt8], of node: NodeID, patience: Patience
  ) throws(FileSystemError) -> [UInt8]? {
    throw .failed(.noFunction)
  }
}
