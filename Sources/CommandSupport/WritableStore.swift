package import VentiClient
package import VentiCore
internal import VentiStore

/// A store that a command writes to.
package struct WritableStore: Sendable {
  /// Takes and gives blocks.
  package let blocks: any BlockStore
  private let local: Store?

  /// Opens the store at `location`.
  ///
  /// In files of this machine it is brought up to date first, and nobody else can write to it.
  package init(
    at location: StoreLocation, options: ClientOptions = ClientOptions()
  ) throws(CommandError) {
    switch location {
    case .local(let path):
      do throws(StoreError) {
        let store = try Store(opening: path)
        (blocks, local) = (store, store)
      } catch {
        throw CommandError("\(error)")
      }
    case .server(let dial):
      do throws(BlockError) {
        (blocks, local) = (try VentiClient.connect(to: dial, options: options), nil)
      } catch {
        throw CommandError("\(error)")
      }
    }
  }

  /// Makes everything safe, brings the index of a store of this machine up to date, and ends.
  package func close() throws(BlockError) {
    if let local { try local.close() } else { try blocks.sync() }
  }
}
