import Posix
import SystemPackage
import TestSupport
import Testing
import VentiCore
import VentiStore
import VentiTools

/// A store grows in use: what it holds stays, and there is room for more.
struct StoreGrowerTests {
  private let workshop: Workshop
  private let directory: FilePath

  init() throws {
    workshop = try Workshop()
    directory = workshop.directory.appending("store")
    try StoreCreator(directory: directory, arenaByteCount: 2 << 20).create()
  }

  private func fill(seed: UInt64, blocks: Int) throws -> [Score] {
    let store = try Store(opening: directory)
    var generator = SeededGenerator(seed: seed)
    var scores: [Score] = []
    for _ in 0..<blocks {
      scores.append(try store.write(Block(generator.bytes(8000)), type: .data))
    }
    try store.close()
    return scores
  }

  private func checkIsSound(holding scores: [Score]) throws {
    let report = try #require(try StoreChecker(workshop.parts(directory)).run())
    #expect(report.problems == [])
    let store = try ReadOnlyStore(opening: directory)
    #expect(store.problems == [])
    for score in scores {
      #expect(try store.read(BlockAddress(score, .data, limit: 8192)).count == 8000)
    }
  }

  @Test("a store that was full takes blocks again, with a larger index")
  func grows() throws {
    let old = try fill(seed: 1, blocks: 200)
    #expect(throws: BlockError.self) { try fill(seed: 2, blocks: 200) }

    let growth = try StoreGrower(directory: directory, arenaByteCount: 30 << 20).grow()

    #expect(growth.arenaCount == 1)
    #expect(growth.indexFile == directory.appending("index1"))
    #expect(growth.unusedFiles == [directory.appending("index").string])
    #expect(
      "\(try StoreSummary(of: directory))"
        == "'\(directory)': 2 arenas, 32 MiB; index of 1.5 MiB")
    let new = try fill(seed: 2, blocks: 200)
    try checkIsSound(holding: old + new)
  }

  @Test("a small addition keeps the index")
  func keepsIndex() throws {
    let old = try fill(seed: 1, blocks: 100)
    let buckets = try #require(ReadOnlyStore(opening: directory).index?.map.bucketCount)

    let growth = try StoreGrower(directory: directory, arenaByteCount: 1 << 20).grow()

    #expect(growth.indexFile == nil)
    #expect(try ReadOnlyStore(opening: directory).index?.map.bucketCount == buckets)
    try checkIsSound(holding: old + fill(seed: 3, blocks: 150))
  }

  @Test("a store grows more than once")
  func growsAgain() throws {
    for _ in 0..<3 {
      _ = try StoreGrower(directory: directory, arenaByteCount: 8 << 20).grow()
    }
    #expect(try ReadOnlyStore(opening: directory).arenas.count == 4)
    try checkIsSound(holding: fill(seed: 4, blocks: 400))
  }

  @Test(
    "new files are named as the old ones are: from the directory of the store, or from the root",
    arguments: [false, true])
  func names(fromRoot: Bool) throws {
    let old = fromRoot ? "\(directory)/" : ""
    let configuration = directory.appending("venti.conf")
    try File.replace(
      configuration, text: "index main\narenas \(old)arenas\nisect \(old)index\n")

    // As seen from here, which is not where a server of plan9port's may run.
    let up = String(repeating: "../", count: 64)
    let relative = FilePath("\(up)\(directory.string.dropFirst())")
    _ = try StoreGrower(directory: relative, arenaByteCount: 30 << 20).grow()

    #expect(
      try String(decoding: SmallFile.read(configuration), as: UTF8.self)
        == "index main\narenas \(old)arenas\narenas \(old)arenas1\nisect \(old)index1\n")
  }

  @Test("a store that is being written does not grow")
  func locked() throws {
    let store = try Store(opening: directory)
    #expect(throws: StoreError.self) {
      try StoreGrower(directory: directory, arenaByteCount: 8 << 20).grow()
    }
    try store.close()
    #expect(try ReadOnlyStore(opening: directory).arenas.count == 1)
  }

  @Test("a store that is named by a partition does not grow, and stays as it is")
  func embedded() throws {
    let arenas = directory.appending("arenas")
    let text = "index main\narenas \(arenas)\nisect \(directory)/index\n"
    let partition = try workshop.partition(arenas)
    try EmbeddedConfiguration(in: partition).write(Array(text.utf8))
    let before = try partition.digest()

    #expect(throws: StoreError.self) {
      try StoreGrower(directory: arenas, arenaByteCount: 8 << 20).grow()
    }

    #expect(try workshop.partition(arenas).digest() == before)
    #expect(throws: StoreError.self) { try workshop.partition(directory.appending("arenas1")) }
    #expect(try ReadOnlyStore(opening: arenas).arenas.count == 1)
  }

  @Test("a file that is no part of the store is not touched")
  func stray() throws {
    _ = try workshop.create("store/arenas1", byteCount: 100)
    #expect(throws: StoreError.self) {
      try StoreGrower(directory: directory, arenaByteCount: 8 << 20).grow()
    }
    #expect(try workshop.partition(directory.appending("arenas1")).length == 100)
  }
}
