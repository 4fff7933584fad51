import SystemPackage
import TestSupport
import Testing
import VentiCore
import VentiStore

/// The stores that plan9port wrote.
struct FixtureStoreTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  @Test("every block that plan9port wrote is found by its score", arguments: StoreFixture.allCases)
  func readsAll(fixture: StoreFixture) throws {
    let store = try ReadOnlyStore(opening: fixture.unpack(into: directory.path))

    let count = try readAll(of: store)

    #expect(store.problems.isEmpty)
    #expect(count == (fixture == .store ? 6441 : 192))
  }

  @Test("every block is found without an index, and no byte changes on the way")
  func withoutIndex() throws {
    let path = try StoreFixture.store.unpack(into: directory.path)
    let before = try checksums(path)
    let arenas = try ArenaPartition(
      FilePartition(opening: path.appending("arenas0").string, for: .readOnly))
    let store = try ReadOnlyStore(partitions: [arenas], indexName: "main", sections: [])

    #expect(try readAll(of: store) == 6441)

    #expect(try checksums(path) == before)
  }

  /// Reads every block by its score and type.
  private func readAll(of store: ReadOnlyStore) throws -> Int {
    var count = 0
    for arena in store.arenas {
      for clump in try arena.clumps() {
        let info = try clump.get().info
        let type = try #require(info.type)
        let block = try store.read(BlockAddress(info.score, type, limit: info.size))
        #expect(block.count == info.size)
        count += 1
      }
    }
    return count
  }

  private func checksums(_ path: FilePath) throws -> [Score] {
    try ["arenas0", "isect0"].map { name in
      let file = try FilePartition(opening: path.appending(name).string, for: .readOnly)
      return try file.read(file.length, at: 0).score
    }
  }
}
