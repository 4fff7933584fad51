import Glibc
import SystemPackage
import TestSupport
import Testing
import VentiCore
import VentiStore

struct StoreCreatorTests {
  @Test("a new store can be written, opened again, and read without writing")
  func create() throws {
    try withTemporaryDirectory { parent in
      let directory = parent.appending("store")
      try StoreCreator(directory: directory, arenaByteCount: 8 << 20).create()
      let blocks = SimulatedStore.blocks(20, seed: 1)

      let store = try Store(opening: directory)
      try store.write(blocks)
      try store.close()
      let reader = try ReadOnlyStore(opening: directory)
      for (block, type) in blocks {
        #expect(try reader.read(BlockAddress(block.score, type, limit: 57344)) == block)
      }
      #expect(reader.problems == [])
      let parts = try StoreParts(StoreConfiguration(contentsOf: directory), for: .readOnly)
      #expect(try StoreChecker(parts).run()?.problems == [])
    }
  }

  @Test("a second writer is refused, with the number of the first process")
  func locked() throws {
    try withTemporaryDirectory { directory in
      try StoreCreator(directory: directory, arenaByteCount: 2 << 20).create()
      let store = try Store(opening: directory)
      #expect(
        throws: StoreError.locked(
          path: directory.appending("venti.conf.lock").string, process: Int(getpid()))
      ) { try Store(opening: directory) }
      try store.close()
    }
  }

  @Test("a store that is there is not made again")
  func twice() throws {
    try withTemporaryDirectory { directory in
      let creator = StoreCreator(directory: directory, arenaByteCount: 2 << 20)
      try creator.create()
      #expect(
        throws: StoreError.configuration(
          path: directory.string, line: nil,
          reason: "holds a store already; 'venti grow' adds room to it")
      ) { try creator.create() }
    }
  }

  @Test("where a store cannot be made, no file of it stays, and none that was there is touched")
  func cleansUp() throws {
    try withTemporaryDirectory { directory in
      try ChildProcess.run("sh", "-c", "echo mine >index", directory: directory)
      #expect(throws: StoreError.stray(directory.appending("index"))) {
        try StoreCreator(directory: directory, arenaByteCount: 2 << 20).create()
      }
      #expect(try ChildProcess.run("sh", "-c", "cat *", directory: directory) == "mine\n")
    }
  }

  @Test("arenas of a large store are larger, so that one table lists them")
  func large() throws {
    try withTemporaryDirectory { directory in
      var creator = StoreCreator(directory: directory, arenaByteCount: 9 << 30)
      creator.arenaSize = 1 << 20
      try creator.create()
      let parts = try StoreParts(StoreConfiguration(contentsOf: directory), for: .readOnly)
      let arenas = try ArenaPartition(parts.arenas[0]).arenas
      #expect(arenas.count == 2304)
      #expect(arenas[0].geometry.length == 4 << 20)
    }
  }

  @Test("a store without room for one arena is refused, and nothing made")
  func tooSmall() throws {
    try withTemporaryDirectory { parent in
      let directory = parent.appending("store")
      #expect(throws: StoreError.self) {
        try StoreCreator(directory: directory, arenaByteCount: 100_000).create()
      }
      #expect(throws: Errno.noSuchFileOrDirectory) {
        _ = try FileDescriptor.open(directory, .readOnly)
      }
    }
  }

  @Test(
    "sections that do not go together are refused",
    arguments: [[1, 50_000_000], [50_000_000, 1], [50_000_000, 1, 1], [1, 1, 50_000_000]])
  func sections(blockCounts: [Int]) throws {
    let sections = try blockCounts.enumerated().map { number, blockCount in
      let partition = MemoryPartition(name: "s\(number)", length: 1 << 20)
      var writer = ByteWriter()
      IndexSectionHeader(
        name: "s\(number)", indexName: "", blockSize: 512,
        base: PartitionLayout.base(blockSize: 512), blockCount: blockCount, buckets: 0..<0,
        bucketMagic: 1
      ).write(to: &writer)
      try partition.write(Block(writer.bytes).bytes, at: PartitionLayout.blankByteCount)
      return try IndexSection(partition)
    }
    #expect(
      throws: StoreError.inconsistent(
        place: "index 'main'",
        reason: "has sections that do not go together: one is too small")
    ) { try IndexLayout(name: "main", sections: sections, arenas: []) }
  }

  @Test("arenas, buckets and addresses are where plan9port puts them")
  func geometry() throws {
    let disk = SimulatedDisk(sizes: [4 << 20, 2 << 20])
    var format = ArenaPartitionFormat(name: "t")
    format.arenaByteCount = 1 << 20
    let arenas = try format.apply(to: disk.partitions[0]).arenas
    let section = try IndexSectionFormat(name: "s").apply(to: disk.partitions[1])
    let layout = try IndexLayout(name: "main", sections: [section], arenas: arenas)
    try layout.apply(to: [section])

    let contents = disk.contents
    #expect(
      Array(contents[0][270336...].prefix { $0 != 0 })
        == Array("3\nt0\t794624\t1843200\nt1\t1843200\t2891776\nt2\t2891776\t4194304\n".utf8))
    #expect(
      Array(contents[1][270336...].prefix { $0 != 0 }) == Array(Golden.indexTable.utf8))
    #expect(
      Array(contents[0][262144..<262160]) == bytesOfHex("a9e4a5e7 00000003 00002000 000c2000"))
    #expect(
      Array(contents[1][262280..<262300])
        == bytesOfHex("00002000 000c2000 0000009f 00000000 0000009f"))
  }

  @Test("what holds a part of a store is not formatted unless that is asked for")
  func occupied() throws {
    let simulated = try SimulatedStore()
    let partitions = simulated.disk.partitions
    #expect(throws: StoreError.occupied(partition: "disk0", by: "arenas")) {
      _ = try IndexSectionFormat(name: "s").apply(to: partitions[0])
    }
    #expect(throws: StoreError.occupied(partition: "disk1", by: "an index section")) {
      _ = try IndexSectionFormat(name: "s").apply(to: partitions[1])
    }
    _ = try IndexSectionFormat(name: "s").apply(to: partitions[1], overwrites: true)
  }
}
