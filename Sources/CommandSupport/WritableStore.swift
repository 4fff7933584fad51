package import Posix
package import VentiClient
package import VentiCore
internal import VentiStore

/// A store that a command writes to.
package struct WritableStore: Sendable {
  /// Takes and gives blocks.
  package let blocks: any BlockStore
  /// Whether it is in files of this machine.
  package var isLocal: Bool { local != nil }
  /// The files of this machine that change as it is written to.
  package let changingFiles: [FileStatus.Identity]
  private let local: Store?
  private let location: StoreLocation

  /// Memory for blocks of a server that are read, such as those of an older archive.
  private static let cacheByteCount = 16 << 20

  /// Opens the store at `location`.
  ///
  /// In files of this machine it is brought up to date first, and nobody else can write to it.
  ///
  /// - Parameters:
  ///   - options: how to talk to a server.
  ///   - notice: told, in a line each, what the owner of a local store should know of.
  package init(
    at location: StoreLocation, options: ClientOptions = ClientOptions(),
    notice: @escaping @Sendable (String) -> Void
  ) throws(CommandError) {
    self.location = location
    switch location {
    case .local(let path):
      do throws(StoreError) {
        let configuration = try StoreConfiguration(contentsOf: path)
        let store = try Store(configuration, options: Self.options(configuration, notice))
        (blocks, local) = (store, store)
        changingFiles = configuration.changingFiles.compactMap(FileStatus.Identity.init(of:))
      } catch {
        throw CommandError("\(error)")
      }
    case .server(let dial):
      do throws(BlockError) {
        let client = try VentiClient.connect(to: dial, options: options)
        (blocks, local) = (CachingStore(client, capacityBytes: Self.cacheByteCount), nil)
        changingFiles = []
      } catch {
        throw CommandError("\(error)")
      }
    }
  }

  /// What to do about an error, beyond what it says itself; nil where there is nothing.
  package func advice(for error: BlockError) -> String? {
    guard case .full = error, case .local(let path) = location else { return nil }
    return "'venti grow --size 100g \(path)' adds room"
  }

  /// For commands that write for a while, and end: moderate memory, and no index for a few blocks.
  private static func options(
    _ configuration: StoreConfiguration, _ notice: @escaping @Sendable (String) -> Void
  ) -> WriteOptions {
    var options = WriteOptions(configuration)
    options.unindexedClumpLimit = min(options.unindexedClumpLimit, 1 << 17)
    options.unindexedAtEndLimit = min(options.unindexedClumpLimit, 1 << 15)
    options.notice = notice
    return options
  }

  /// Makes everything safe, and ends.
  package func close() throws(BlockError) {
    if let local { try local.close() } else { try blocks.sync() }
  }
}
