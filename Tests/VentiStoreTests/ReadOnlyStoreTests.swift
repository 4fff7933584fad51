import SystemPackage
import TestSupport
import Testing
import VentiCore
import VentiStore

struct ReadOnlyStoreTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  @Test("every block that plan9port wrote is found by its score", arguments: StoreFixture.allCases)
  func readsAll(fixture: StoreFixture) throws {
    let store = try ReadOnlyStore(opening: fixture.unpack(into: directory.path))

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

    #expect(store.problems.isEmpty)
    #expect(count == (fixture == .store ? 6441 : 192))
  }
}
