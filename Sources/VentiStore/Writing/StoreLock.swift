internal import Posix
internal import SystemPackage

/// Keeps other processes from writing to a store, for as long as it lives.
///
/// There is a lock file beside the configuration, which says who writes. A store may have several
/// configurations: copies in its partitions, links, others of the owner's. So the first byte of each
/// partition of arenas is locked as well.
package final class StoreLock: Sendable {
  private let file: LockFile?
  private let partitions: [ByteLock]

  /// Locks the store that a configuration describes.
  ///
  /// - Throws: `StoreError.locked` when another process writes to it.
  package init(_ configuration: StoreConfiguration) throws(StoreError) {
    file = try Self.lockFile(configuration.lockPath)
    var partitions: [ByteLock] = []
    for name in configuration.arenas {
      if let lock = try Self.lockPartition(name) { partitions.append(lock) }
    }
    self.partitions = partitions
  }

  /// Locks one partition, of which nobody knows what store it belongs to.
  ///
  /// - Throws: `StoreError.locked` when another process writes to it.
  package init(partition name: String) throws(StoreError) {
    file = nil
    partitions = try Self.lockPartition(name).map { [$0] } ?? []
  }

  private static func lockFile(_ path: FilePath) throws(StoreError) -> LockFile {
    do throws(LockFile.Failure) {
      return try LockFile(path)
    } catch {
      switch error {
      case .held(let process): throw .locked(path: path.string, process: process)
      case .system(let error): throw .file(path: path.string, operation: "lock", error)
      }
    }
  }

  /// Locks a partition; nil for one that cannot be opened, and so not be written to, or is where the
  /// system knows no locks.
  private static func lockPartition(_ name: String) throws(StoreError) -> ByteLock? {
    try (try? FilePartition(opening: name, for: .readWrite))?.lock()
  }
}
