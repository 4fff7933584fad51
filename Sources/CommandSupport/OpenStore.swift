internal import SystemPackage
public import VentiClient
public import VentiCore
internal import VentiStore

/// A store that a command reads from.
public struct OpenStore: Sendable {
  /// Its blocks.
  public let source: any BlockFetcher
  /// Whether it is in files of this machine, so that reading never waits for a network.
  public let isLocal: Bool
  /// Bytes that its arenas have room for, as far as that is known without asking a server; else 0.
  public let byteCount: Int

  /// Opens the store at `location` for reading.
  ///
  /// - Parameters:
  ///   - options: how to talk to a server.
  ///   - log: takes what is wrong with a local store and does not keep it from being read.
  public init(
    at location: StoreLocation, options: ClientOptions = ClientOptions(),
    log: (String) -> Void = { _ in }
  ) throws(CommandError) {
    switch location {
    case .local(let path):
      let store = try Self.openLocal(path)
      for problem in store.problems { log("\(problem)") }
      source = store
      isLocal = true
      byteCount = store.arenas.reduce(0) { $0 + $1.geometry.length }
    case .server(let dial):
      do throws(BlockError) {
        source = try VentiClient.connect(to: dial, options: options)
      } catch {
        throw CommandError("\(error)")
      }
      isLocal = false
      byteCount = 0
    }
  }

  private static func openLocal(_ path: FilePath) throws(CommandError) -> ReadOnlyStore {
    do throws(StoreError) {
      return try ReadOnlyStore(opening: path)
    } catch {
      throw CommandError("\(error)")
    }
  }
}
