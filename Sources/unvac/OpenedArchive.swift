import CommandSupport
import Posix
import VacArchive
import VentiClient
import VentiCore

/// The archive that the command line names, and where its blocks come from.
struct OpenedArchive {
  let archive: Archive
  /// Whether the store is in files of this machine.
  let isLocal: Bool
  private let store: OpenStore
  private let cache: BlockCache
  /// Memory for blocks that a list is made from: each is read once, soon after it is asked for ahead.
  private static let listCacheBytes = 16 << 20

  init(_ command: Unvac) throws {
    let score = try ArchiveScore(argument: command.archive)
    let print: @Sendable (String) -> Void = { StandardError.print("unvac: \($0)") }
    store = try OpenStore(
      at: command.connection.store.location(), options: command.connection.client(log: print),
      log: print)
    isLocal = store.isLocal
    cache =
      isLocal && (command.lists || command.listsJSON)
      ? BlockCache(over: store.source, capacityBytes: Self.listCacheBytes)
      : BlockCache(over: store.source)
    archive = try Archive(opening: score, in: store.source)
  }

  /// Blocks for many threads that each read their own.
  ///
  /// A local store is read by these threads themselves: so all cores decompress, and no block is
  /// handed from thread to thread.
  var source: any BlockSource { isLocal ? store.source : cache }

  /// Blocks for one thread that says ahead what it will read.
  var cachedSource: any BlockSource { cache }

  /// Threads that restore files: they wait for disks, or for a network.
  var threadCount: Int { max(isLocal ? 4 : 16, 2 * Machine.processorCount) }
}
