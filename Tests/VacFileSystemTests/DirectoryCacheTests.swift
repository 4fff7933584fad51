import Posix
import TestSupport
import Testing
import VacArchive
import VacFileSystem
import VentiCore
import VentiStore

@Suite(.timeLimit(.minutes(5)))
struct DirectoryCacheTests {
  private let archive: ArchiveInFiles
  private let loads = Monitor<[DirectoryReference]>([])

  init() throws {
    archive = try ArchiveInFiles()
  }

  /// A cache for which directories of more than a quarter of the bytes are large.
  private func makeCache(_ capacityBytes: Int) -> DirectoryCache {
    DirectoryCache(capacityBytes: capacityBytes) { [loads] directory in
      loads.update { $0.append(directory.reference) }
    }
  }

  @Test(
    "a directory that is larger than all memory for them is kept for the next question",
    arguments: [true, false])
  func largeDirectory(waits: Bool) throws {
    let cache = makeCache(1)

    for _ in 0..<3 {
      let deadline: Deadline? = waits ? .after(seconds: 60) : nil
      _ = try cache.directory(archive.top, from: archive.store, until: deadline)
    }

    #expect(loads.withLock { $0 } == [archive.top])
  }

  @Test(
    "several large directories that are in use are read once, however they are asked for in turns")
  func largeDirectoriesInTurns() throws {
    let cache = makeCache(1)
    let references = [archive.top, archive.below[0], archive.below[1]]

    let tables = try references.map { try cache.directory($0, from: archive.store, until: nil) }
    for _ in 0..<3 {
      for (reference, table) in zip(references, tables) {
        #expect(try cache.directory(reference, from: archive.store, until: nil) === table)
      }
    }

    #expect(loads.withLock { $0 } == references)
  }

  @Test("of large directories that nobody uses, the last is kept, and no other")
  func largeDirectoriesLetGo() throws {
    let cache = makeCache(1)
    let first = archive.below[0]

    for reference in [archive.top, first, first, archive.top] {
      _ = try cache.directory(reference, from: archive.store, until: nil)
    }

    #expect(loads.withLock { $0 } == [archive.top, first, archive.top])
  }

  @Test("small directories stay beside a large one")
  func smallBesideLarge() throws {
    let sizes = try ([archive.top] + archive.below).map {
      ($0, try Directory(loading: $0, from: archive.store).memoryCount)
    }.sorted { $0.1 < $1.1 }
    let (small, large) = (sizes[0], sizes[sizes.count - 1])
    try #require(small.1 < large.1)
    let cache = makeCache(4 * small.1)

    for _ in 0..<3 {
      for (reference, _) in [small, large] {
        _ = try cache.directory(reference, from: archive.store, until: nil)
      }
    }

    #expect(loads.withLock { $0 } == [small.0, large.0])
  }

  @Test(
    "a directory that two ask for is read once: one of them waits, or is told that he would have to"
  )
  func togetherAsked() throws {
    let cache = makeCache(1)
    let gate = GatedSource(archive.store)
    let results = Monitor<[Bool]>([])
    let ask = { @Sendable [archive] (deadline: Deadline?) in
      let table = try? cache.directory(archive.top, from: gate, until: deadline)
      results.update { $0.append(table != nil) }
    }

    Thread.start("first") { ask(nil) }
    #expect(gate.isAsked.wait(until: .after(seconds: 60)) { $0 ? true : nil } == true)
    #expect(throws: ArchiveError.block(.notInMemory)) {
      try cache.directory(archive.top, from: archive.store, until: nil)
    }
    Thread.start("second") { ask(.after(seconds: 60)) }
    gate.isOpen.update { $0 = true }

    let both = results.wait(until: .after(seconds: 60)) { $0.count == 2 ? $0 : nil }
    #expect(both == [true, true])
    #expect(loads.withLock { $0 } == [archive.top])
  }

  @Test(
    "who waits for a directory reads it himself when the other one would not wait for its blocks")
  func otherGivesUp() throws {
    let cache = makeCache(1)
    let gate = GatedSource(nil)
    Thread.start("first") { [archive] in
      _ = try? cache.directory(archive.top, from: gate, until: nil)
    }
    #expect(gate.isAsked.wait(until: .after(seconds: 60)) { $0 ? true : nil } == true)

    let count = Monitor<Int?>(nil)
    Thread.start("second") { [archive] in
      let table = try? cache.directory(
        archive.top, from: archive.store, until: .after(seconds: 60))
      count.update { $0 = table?.count ?? -1 }
    }
    gate.isOpen.update { $0 = true }

    #expect(try #require(count.wait(until: .after(seconds: 60)) { $0 }) > 0)
  }
}

/// An archive whose directories a test asks for.
private struct ArchiveInFiles {
  let store: ReadOnlyStore
  let top: DirectoryReference
  /// The directories in it.
  let below: [DirectoryReference]
  private let scratch: TemporaryDirectory

  init() throws {
    scratch = try TemporaryDirectory()
    let fixture = ArchiveFixture.zoo8k
    store = try ReadOnlyStore(opening: fixture.store.unpack(into: scratch.path))
    top = try Archive(opening: ArchiveScore(fixture.text), in: store).directory
    let table = try Directory(loading: top, from: store)
    var references = [top]
    var place = 0
    while place < references.count {
      let table = place == 0 ? table : try Directory(loading: references[place], from: store)
      for position in 0..<table.count {
        if case .directory(let reference) = table[position].contents {
          references.append(reference)
        }
      }
      place += 1
    }
    below = Array(references.dropFirst())
    try #require(below.count >= 2)
  }
}

/// A source that answers once its gate is open: from another one, or that nothing is in memory.
private final class GatedSource: BlockSource {
  let isAsked = Monitor(false)
  let isOpen = Monitor(false)
  private let base: (any BlockSource)?

  init(_ base: (any BlockSource)?) {
    self.base = base
  }

  func read(_ address: BlockAddress) throws(BlockError) -> Block {
    isAsked.update { $0 = true }
    guard isOpen.wait(until: .after(seconds: 60), { $0 ? true : nil }) != nil, let base else {
      throw .notInMemory
    }
    return try base.read(address)
  }
}
