import TestSupport
import Testing
import VentiCore
import VentiStore

struct ClumpWalkTests {
  private let store: TestStore

  init() throws {
    store = try TestStore()
    for number in 0..<45 { store.write(ReadOnlyStoreTests.block(number)) }
    store.count()
    for number in 45..<50 { store.write(ReadOnlyStoreTests.block(number)) }
  }

  @Test("a walk shows the clumps in the order in which they were written")
  func order() throws {
    #expect(try clumps() == store.arenas[0].clumps)
  }

  @Test("a walk goes on after any clump", arguments: [0, 1, 19, 20, 21, 44, 45, 50])
  func middle(start: Int) throws {
    let all = store.arenas[0].clumps
    let position = start < all.count ? all[start].position : all[start - 1].end
    let rest = try arena().clumps(from: position).map { try $0.get() }
    #expect(rest == Array(all[start...]))
  }

  @Test("a walk of an undamaged arena reads one header a directory block")
  func cost() throws {
    let arena = try arena()
    let before = store.partition.readCount
    _ = Array(try arena.clumps())
    // The tail, three blocks of the directory with a look at what follows the first two, and the
    // headers of the uncounted clumps up to the zeros after the last.
    #expect(store.partition.readCount - before == 1 + 5 + 6)
  }

  @Test(
    "a wrong stored size in the directory is made up for by the header",
    arguments: [0, 7, 19, 20, 44])
  func damagedEntry(number: Int) throws {
    for index in 1..<3 {
      store.partition.flip(at: store.directoryOffset(of: number) + index)
      #expect(try clumps() == store.arenas[0].clumps)
      store.partition.flip(at: store.directoryOffset(of: number) + index)
    }
  }

  @Test("a damaged header is made up for by the directory", arguments: [0, 7, 19, 20, 44])
  func damagedHeader(number: Int) throws {
    for index in 0..<10 {
      store.partition.flip(at: store.offset(of: number) + index)
      #expect(try clumps() == store.arenas[0].clumps)
      store.partition.flip(at: store.offset(of: number) + index)
    }
  }

  @Test("a clump without header and entry is reported, and the next ones are found")
  func damagedBoth() throws {
    store.partition.flip(at: store.offset(of: 7))
    store.partition.flip(at: store.directoryOffset(of: 7) + 1)

    let results = Array(try arena().clumps())

    var expected = store.arenas[0].clumps
    expected.remove(at: 7)
    #expect(results.compactMap { try? $0.get() } == expected)
    let failures = results.compactMap { result in
      if case .failure(let error) = result { error } else { nil }
    }
    let offset = store.arenas[0].clumps[7].position.offset
    #expect(
      failures == [
        .inconsistent(
          place: "arena 't0'",
          reason: "clump 7 at \(offset) has no valid header, and no directory entry that fits")
      ])
  }

  @Test(
    "clumps in a row without header and entry do not shift the numbers of others",
    arguments: [0..<3, 7..<10, 18..<23, 20..<40, 42..<45, 0..<44, 1..<45])
  func damagedRow(lost: Range<Int>) throws {
    for number in lost { lose(number) }
    try expectAll(but: lost)
  }

  @Test("nor where the clumps behind them have no entries", arguments: [0..<1, 7..<10, 18..<21])
  func damagedRowAndEntries(lost: Range<Int>) throws {
    for number in lost { lose(number) }
    for number in lost.endIndex..<lost.endIndex + 3 { loseEntry(number) }
    try expectAll(but: lost)
  }

  @Test("nor where there is no directory at all")
  func damagedRowWithoutDirectory() throws {
    for number in 0..<45 { loseEntry(number) }
    for number in 7..<10 { loseHeader(number) }
    try expectAll(but: 7..<10)
  }

  @Test("a directory entry that is wrong, but possible, does not lead past the headers behind it")
  func possibleEntry() throws {
    loseHeader(7)
    store.partition.put(at: store.directoryOffset(of: 7)) { writer in
      ClumpInfo(typeValue: 13, storedSize: 77, size: 77, score: .zero).write(to: &writer)
    }
    lose(8)
    try expectAll(but: 7..<9)
  }

  @Test("what looks like a header within a lost block is none")
  func nested() throws {
    let info = ClumpInfo(typeValue: 13, storedSize: 30, size: 30, score: .zero)
    store.partition.put(at: store.offset(of: 7) + ClumpHeader.byteCount) { writer in
      ClumpHeader(magic: store.arenas[0].magic, info: info, encoding: .plain, time: 1)
        .write(to: &writer)
    }
    lose(7)
    try expectAll(but: 7..<8)
  }

  @Test("numbers between two gaps are unknown where no entry is left")
  func unknownNumbers() throws {
    for number in 0..<45 { loseEntry(number) }
    for number in [7, 8, 20, 21] { loseHeader(number) }

    var walk = try arena().clumps()
    var certain: [Int] = []
    var uncertain: [Int] = []
    while let result = walk.next() {
      guard let clump = try? result.get() else { continue }
      if walk.knowsNumbers {
        certain.append(clump.position.number)
        #expect(clump == store.arenas[0].clumps[clump.position.number])
      } else {
        uncertain.append(clump.position.offset)
      }
    }

    #expect(certain == Array(0..<7) + Array(22..<50))
    #expect(uncertain == store.arenas[0].clumps[9..<20].map(\.position.offset))
  }

  @Test("a directory that cannot be read is made up for by headers")
  func unreadableDirectory() throws {
    let block = store.arenas[0].start + store.geometry.directoryBlockOffset(1)
    store.partition.fail(block..<block + 512)
    #expect(try clumps() == store.arenas[0].clumps)
  }

  @Test("a tail ahead of data and directory ends the walk with an error")
  func tailAhead() throws {
    let first = store.offset(of: 40)
    store.partition.put([UInt8](repeating: 0, count: 8000), at: first)
    for number in 40..<45 {
      store.partition.put(
        [UInt8](repeating: 0, count: ClumpInfo.byteCount), at: store.directoryOffset(of: number))
    }

    let results = Array(try arena().clumps())

    #expect(results.count == 41)
    #expect(results.prefix(40).compactMap { try? $0.get() }.count == 40)
  }

  @Test("random damage never stops a walk for ever", arguments: 0..<16)
  func randomDamage(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let start = store.arenas[0].start
    for _ in 0..<200 {
      let offset = Int.random(in: start..<store.tailOffset(of: 0), using: &generator)
      store.partition.put(generator.bytes(1), at: offset)
    }
    let count = Array(try arena().clumps()).count
    #expect(count <= TestStore.arenaLength / ClumpHeader.byteCount)
  }

  private func arena() throws -> Arena { try store.open().arenas[0] }

  private func lose(_ number: Int) {
    loseHeader(number)
    loseEntry(number)
  }

  private func loseHeader(_ number: Int) {
    store.partition.put(
      [UInt8](repeating: 0, count: ClumpHeader.byteCount), at: store.offset(of: number))
  }

  private func loseEntry(_ number: Int) {
    store.partition.put(
      [UInt8](repeating: 0, count: ClumpInfo.byteCount), at: store.directoryOffset(of: number))
  }

  /// Expects the walk to show all clumps but some, and to say once that they are missing.
  private func expectAll(but lost: Range<Int>) throws {
    let results = Array(try arena().clumps())
    var expected = store.arenas[0].clumps
    expected.removeSubrange(lost)
    #expect(results.compactMap { try? $0.get() } == expected)
    #expect(results.count == expected.count + 1)
  }

  private func clumps() throws -> [Clump] {
    try arena().clumps().map { try $0.get() }
  }
}
