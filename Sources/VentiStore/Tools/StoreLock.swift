internal import Posix

/// Keeps other processes from writing to a store, for as long as it lives.
package final class StoreLock: Sendable {
  private let file: LockFile

  /// Locks the store that a configuration describes.
  ///
  /// - Throws: `StoreError.locked` when another process writes to it.
  package init(_ configuration: StoreConfiguration) throws(StoreError) {
    file = try Store.lock(configuration)
  }
}
