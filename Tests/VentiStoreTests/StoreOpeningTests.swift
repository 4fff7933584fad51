import Posix
import SystemPackage
import TestSupport
import Testing
import VentiCore
import VentiStore

/// What opening a store makes anew, and what it does not.
struct StoreOpeningTests {
  private let simulated: SimulatedStore
  private let blocks = SimulatedStore.blocks(60, seed: 20)

  init() throws {
    simulated = try SimulatedStore(bloomByteCount: 1 << 20)
    let store = try simulated.open()
    try store.write(blocks)
    try store.close()
  }

  @Test("an index or a bloom filter that cannot be read is an error, and stays", arguments: [1, 2])
  func unreadable(part: Int) throws {
    let broken = simulated.reopened()
    broken.disk.failReads(of: part)
    #expect(throws: StoreError.file(path: "disk\(part)", operation: "read", .ioError)) {
      try broken.open()
    }
    #expect(broken.disk.contents == simulated.disk.contents)
  }

  @Test("an index or a bloom filter that is too short is an error, and stays", arguments: [1, 2])
  func tooShort(part: Int) throws {
    var contents = simulated.disk.contents
    contents[part].removeLast(512)
    let short = SimulatedStore(SimulatedDisk(contents))
    let error = #expect(throws: StoreError.self) { try short.open() }
    guard case .outside(partition: "disk\(part)", _, _, _) = error else {
      Issue.record("\(error.map { "\($0)" } ?? "")")
      return
    }
    #expect(short.disk.contents == contents)
  }

  @Test(
    "what is made anew is said once, with the reason, and how far it is",
    arguments: [
      (1, PartitionLayout.blankByteCount, "index", "partition 'disk1' offset 262144: "),
      (2, 0, "bloom filter", "partition 'disk2' offset 0: "),
    ])
  func notices(part: Int, offset: Int, what: String, reason: String) throws {
    let damaged = simulated.reopened()
    damaged.disk.damage(part) { $0[offset] ^= 0xff }
    let notices = Monitor([String]())
    let progress = Monitor([Int]())
    var options = SimulatedStore.quiet
    options.notice = { line in notices.withLock { $0.append(line) } }

    let store = try Store(damaged.parts, options: options) { done, total in
      progress.withLock { $0 += [done, total] }
    }
    try store.expect(blocks)
    try store.close()

    #expect(notices.withLock { $0.count } == 1)
    let notice = notices.withLock { $0.first } ?? ""
    #expect(notice.hasPrefix("making the \(what) anew: \(reason)"))
    // An index is counted before it is filled.
    let expected = part == 1 ? [30, 60, 60, 60] : [60, 60]
    #expect(progress.withLock { $0.suffix(4) } == expected[...])
    #expect(try damaged.check().problems == [])
  }

  @Test("a whole store opens without a word")
  func silent() throws {
    let notices = Monitor([String]())
    var options = SimulatedStore.quiet
    options.notice = { line in notices.withLock { $0.append(line) } }
    try simulated.reopened().open(options).close()
    #expect(notices.withLock { $0 } == [])
  }

  @Test("an index too small for the arenas is no index, and says how to make a larger one")
  func tooSmall() throws {
    let small = try SimulatedStore(arenas: 1, buckets: 16, hasBloom: false)
    let store = try small.open()
    let many = SimulatedStore.blocks(230, of: 20...40, seed: 21)
    try store.write(many)
    try store.close()
    try small.countAllAsIndexed()
    let table = PartitionLayout.tableOffset(blockSize: 512)
    small.disk.damage(1) { $0[table] ^= 0xff }

    for _ in 0..<2 {
      let error = #expect(throws: StoreError.self) { try small.reopened().open() }
      #expect("\(error.map { "\($0)" } ?? "")".hasSuffix("'venti grow' makes a larger one"))
    }
    // It can be read all the same.
    let reader = try ReadOnlyStore(
      partitions: [ArenaPartition(small.parts.arenas[0])], indexName: "main", sections: [])
    for (block, type) in many {
      #expect(try reader.read(BlockAddress(block.score, type, limit: 100)) == block)
    }
  }
}
