import Posix
import TestSupport
import Testing
import VacArchive
import VacFileSystem
import VentiStore

struct DirectoryCacheTests {
  @Test("a directory that is larger than all memory for them is read once, not for each question")
  func largeDirectory() throws {
    let scratch = try TemporaryDirectory()
    let fixture = ArchiveFixture.zoo8k
    let store = try ReadOnlyStore(opening: fixture.store.unpack(into: scratch.path))
    let archive = try Archive(opening: ArchiveScore(fixture.text), in: store)
    let loads = Monitor(0)
    let cache = DirectoryCache(capacityBytes: 1) { _ in loads.update { $0 += 1 } }

    let directories = try [Deadline?.none, .after(seconds: 60), .none].map { deadline in
      try cache.directory(archive.directory, from: store, until: deadline)
    }

    #expect(loads.withLock { $0 } == 1)
    #expect(directories.allSatisfy { $0 === directories[0] && $0.memoryCount > 1 })
  }
}
