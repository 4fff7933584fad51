public import Fuse
import Posix
import SystemPackage
public import VacArchive
public import VentiCore

/// An archive as a tree of files that the kernel can ask for.
///
/// All that is known is immutable, so nothing here is ever invalidated. Requests are first
/// tried without patience, on what is in memory; see `ReadOnlyFileSystem`. A fault stays
/// where it is: it is logged, and fails that request with EIO.
public final class ArchiveFileSystem: ReadOnlyFileSystem {
  /// What a mount may choose.
  public struct Options: Sendable {
    /// The owner of every file, in place of those in the archive.
    public var owner: UInt32?
    /// The group of every file, in place of those in the archive.
    public var group: UInt32?
    /// Whether reading a block never takes long: files of this machine, not a network.
    public var readsPromptly = false
    /// Whether extended attributes are shown.
    ///
    /// The kernel keeps none of them, and asks anew whenever somebody wants to know.
    public var showsExtendedAttributes = false
    /// What `df` shows as the size, in bytes; 0 where it is not known.
    public var storeByteCount = 0
    /// Takes what goes wrong, a line each.
    public var log: @Sendable (String) -> Void = { _ in }

    /// Shows owners as the archive has them, and logs nothing.
    public init() {}
  }

  /// Memory for directories that are not in use.
  private static let directoryBytes = 64 << 20

  let archive: Archive
  let options: Options
  let cache: BlockCache
  let users: OwnerMap
  let groups: OwnerMap
  let nodes = Monitor(NodeTable())
  let prefetcher: Prefetcher
  private let directories: DirectoryCache
  private let inMemory: any BlockSource
  private let whole: any BlockSource

  /// Shows `archive`, whose blocks are read through `cache`.
  ///
  /// - Parameter cacheBytes: the capacity of `cache`; read-ahead is kept well below it.
  public init(_ archive: Archive, cache: BlockCache, cacheBytes: Int, options: Options) {
    let log = options.log
    let directories = DirectoryCache(capacityBytes: Self.directoryBytes) { directory in
      directory.logOmissions(to: log)
    }
    self.archive = archive
    self.cache = cache
    self.options = options
    self.directories = directories
    prefetcher = Prefetcher(
      cache: cache, cacheBytes: cacheBytes, directories: directories,
      isLocal: options.readsPromptly)
    whole = options.readsPromptly ? cache.unhurried : cache
    inMemory = options.readsPromptly ? whole : cache.inMemory
    users = OwnerMap(override: options.owner, fallback: Accounts.effectiveUserID) {
      Accounts.userID(of: $0)
    }
    groups = OwnerMap(override: options.group, fallback: Accounts.effectiveGroupID) {
      Accounts.groupID(of: $0)
    }
  }

  /// What `df` shows: a store that nobody can write to is full.
  public func statistics() -> FileSystemStatistics {
    let blockSize: UInt32 = 4096
    return FileSystemStatistics(
      blockSize: blockSize, blocks: UInt64(options.storeByteCount) / UInt64(blockSize))
  }

  /// Takes back what the kernel forgets.
  public func forget(_ node: NodeID, count: UInt64) {
    nodes.withLock { $0.leave(node, count: count) }
  }

  /// Where to read blocks for a request of this patience.
  func source(_ patience: Patience) -> any BlockSource {
    switch patience {
    case .none: inMemory
    case .until: whole
    }
  }

  /// The file of a node, as its record says.
  func item(of node: NodeID) throws(FileSystemError) -> Item {
    if node == .root { return archive.top }
    let file = try file(of: node)
    return file.directory[file.position]
  }

  /// The file of a node other than the root.
  func file(of node: NodeID) throws(FileSystemError) -> KnownFile {
    guard let file = nodes.withLock({ $0.file(of: node) }) else {
      throw .failed(.staleNFSFileHandle)
    }
    return file
  }

  /// The table of a directory.
  func directory(of node: NodeID, _ patience: Patience) throws(FileSystemError) -> Directory {
    let item = try item(of: node)
    return try describing(item) { () throws(ArchiveError) in
      switch item.contents {
      case .directory(let reference): try directory(reference, patience)
      case .damaged(let error): throw error
      case .stream: throw .slot(0, .kind(isDirectory: false))
      }
    }
  }

  /// The table of a directory.
  func directory(
    _ reference: DirectoryReference, _ patience: Patience
  ) throws(ArchiveError) -> Directory {
    let deadline: Deadline? = if case .until(let deadline) = patience { deadline } else { nil }
    return try directories.directory(reference, from: source(patience), until: deadline)
  }

  /// Runs what reads the archive for a file: a fault is logged, and becomes EIO.
  func describing<Value>(
    _ item: Item, _ body: () throws(ArchiveError) -> Value
  ) throws(FileSystemError) -> Value {
    do throws(ArchiveError) {
      return try body()
    } catch .block(.notInMemory) {
      throw .wouldBlock
    } catch {
      options.log("\(quoted(String(decoding: item.name, as: UTF8.self))): \(error)")
      throw .failed(.ioError)
    }
  }
}

extension Directory {
  /// Tells of records that are not shown as they should be.
  fileprivate func logOmissions(to log: (String) -> Void) {
    for omission in omissions { log("directory \(reference.metadata.score): \(omission)") }
    let more = omissionCount - omissions.count
    if more > 0 { log("directory \(reference.metadata.score): \(more) more faults") }
  }
}
