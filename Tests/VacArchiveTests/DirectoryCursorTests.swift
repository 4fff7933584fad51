import TestSupport
import Testing
import VacArchive
import VentiCore

/// A cursor along a directory finds what the whole table has.
struct DirectoryCursorTests {
  /// All names of a directory in their order, and between them some that are not there.
  private func questions(_ table: Directory) -> [[UInt8]] {
    let names = (0..<table.count).map(table.name)
    let others = names.map { $0 + [0x62] } + names.map { $0.dropLast() + [0xff] }
    return (names + others + [Array("missing".utf8)]).sorted(by: ArchiveOrder.isOrdered)
  }

  private func description(_ item: Item?) -> String { item.map { "\($0)" } ?? "none" }

  /// Asks a cursor and the table for the same names; every `step`th of them.
  private func compare(
    _ reference: DirectoryReference, in store: MemoryStore, step: Int = 1,
    rangeLimit: Int = 1000
  ) throws -> DirectoryCursor {
    let table = try Directory(loading: reference, from: store)
    var cursor = try DirectoryCursor(reference, in: store, rangeLimit: rangeLimit)
    let names = questions(table)
    for place in stride(from: 0, to: names.count, by: step) {
      let expected = table.position(of: names[place]).map { table[$0] }
      #expect(try description(cursor.item(named: names[place])) == description(expected))
    }
    return cursor
  }

  @Test(
    "random directories, as they are written, have the same files",
    arguments: 0..<16 as Range<UInt64>)
  func random(seed: UInt64) throws {
    let store = MemoryStore()
    var waiting = [try RandomTree.archive(seed: seed, in: store).directory]
    while let reference = waiting.popLast() {
      for step in [1, 2, 7, 50] {
        #expect(try !compare(reference, in: store, step: step).isUnordered)
      }
      let table = try Directory(loading: reference, from: store)
      for position in 0..<table.count {
        if case .directory(let below) = table[position].contents { waiting.append(below) }
      }
    }
  }

  @Test("a large directory is read once, a block at a time")
  func large() throws {
    let store = MemoryStore()
    let names = (0..<2000).map { "file \(10_000 + $0)" }
    let reference = try store.directory(of: names)
    _ = try Directory(loading: reference, from: store)
    let needed = store.readCount
    var cursor = try DirectoryCursor(reference, in: store)
    #expect(store.readCount - needed < 12)
    for name in names { #expect(try cursor.item(named: Array(name.utf8))?.size ?? 0 > 9) }

    #expect(!cursor.isUnordered)
    // Not one block of either stream twice.
    #expect(store.readCount - needed <= needed)
  }

  @Test("records in no order are found all the same", arguments: 0..<8 as Range<UInt64>)
  func unordered(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let store = MemoryStore()
    let names = (0..<40).map { "f\($0)" }.shuffled(using: &random)
    // The greatest name first: whatever comes behind shows at once that there is no order.
    let reference = try store.directory(of: ["z"] + names)
    #expect(try compare(reference, in: store).isUnordered)
  }

  @Test(
    "of records in no order, a limited number is gathered at a time, and none is missed",
    arguments: 0..<8 as Range<UInt64>, [1, 2, 7, 40])
  func ranges(seed: UInt64, limit: Int) throws {
    var random = SeededGenerator(seed: seed)
    let store = MemoryStore()
    // Some names begin with others, which come after them.
    let names = (0..<60).map { $0 % 3 == 0 ? "f\($0 / 3)" : "f\($0 / 3)\($0)" }
    let reference = try store.directory(of: ["z"] + Set(names).sorted().shuffled(using: &random))
    for step in [1, 5] {
      #expect(
        try compare(reference, in: store, step: step, rangeLimit: limit).isUnordered)
    }
  }

  @Test(
    "whether a record is taken or its name asked for, in whatever turns, the file is the same",
    arguments: 0..<16 as Range<UInt64>, [true, false])
  func records(seed: UInt64, isOrdered: Bool) throws {
    var random = SeededGenerator(seed: seed)
    let store = MemoryStore()
    let sorted = (0..<60).map { "f\(100 + $0)" }
    // The greatest name first shows at once that there is no order.
    let reference = try store.directory(
      of: isOrdered ? sorted : ["z"] + sorted.shuffled(using: &random))
    let table = try Directory(loading: reference, from: store)
    var cursor = try DirectoryCursor(reference, in: store, rangeLimit: 7)
    var takenCount = 0
    for name in sorted {
      let turn = seed == 0 ? 0 : Int.random(in: 0..<4, using: &random)
      // Of a file that is new.
      let other = turn == 1 ? "" : "x"
      let record = Block(RawRecord(name + (turn == 1 ? "x" : ""), slot: 9, qid: 900).bytes)
      let stream = turn < 2 ? try cursor.takeStream(ofRecord: record.bytes) : nil
      if turn == 3 { #expect(try cursor.item(named: Array((name + "0" + other).utf8)) == nil) }
      let expected = try #require(table.position(of: Array(name.utf8)).map { table[$0] })
      if let stream {
        guard case .stream(stream) = expected.contents, turn == 0 else {
          Issue.record("\(name): another file's contents")
          continue
        }
        takenCount += 1
      } else if turn != 3 {
        #expect(try description(cursor.item(named: Array(name.utf8))) == description(expected))
      }
    }
    if isOrdered, seed == 0 { #expect(takenCount == sorted.count) }
    if isOrdered, seed > 0 { #expect(takenCount > 0) }
  }

  @Test("a record that is lost, or another one in any byte, is not taken")
  func otherRecords() throws {
    let store = MemoryStore()
    let reference = try store.directory(of: ["a", "b"])
    let bytes = RawRecord("a", slot: 0, qid: 1).bytes
    // Slot and number say where the file is, and nothing of it.
    let ignored = 9..<21
    for place in bytes.indices {
      var other = bytes
      other[place] ^= 1
      var cursor = try DirectoryCursor(reference, in: store)
      let stream = try cursor.takeStream(ofRecord: Block(other).bytes)
      #expect((stream != nil) == ignored.contains(place), "byte \(place)")
    }
    for count in 0..<bytes.count {
      var cursor = try DirectoryCursor(reference, in: store)
      #expect(try cursor.takeStream(ofRecord: Block(Array(bytes[..<count])).bytes) == nil)
    }
    let score = Block(rawMetadataBlock([bytes])).score
    store.fail(score, with: .damaged(score, .data, reason: "test"))
    var cursor = try DirectoryCursor(reference, in: store)
    #expect(try cursor.takeStream(ofRecord: Block(bytes).bytes) == nil)
  }

  @Test("what stands out of order further behind is found from there on")
  func unorderedLater() throws {
    let store = MemoryStore()
    let reference = try store.directory(of: ["a", "c", "d", "b", "e"])
    var cursor = try DirectoryCursor(reference, in: store)
    func isThere(_ name: String) throws -> Bool {
      try cursor.item(named: Array(name.utf8))?.name == Array(name.utf8)
    }
    #expect(try isThere("a") && !cursor.isUnordered)
    // It is behind what has been read.
    #expect(try !isThere("b") && !cursor.isUnordered)
    #expect(try isThere("c") && isThere("d") && isThere("e") && cursor.isUnordered)
  }

  @Test("a name that comes again in another block is the first one's")
  func repeated() throws {
    let store = MemoryStore()
    #expect(try compare(store.directory(of: ["a", "b", "b", "c"]), in: store).isUnordered)
  }

  @Test("entries in another order than the names are found")
  func slots() throws {
    let store = MemoryStore()
    let names = (0..<60).map { "f\(100 + $0)" }
    let reference = try store.directory(of: names, slots: (0..<60).reversed())
    #expect(try !compare(reference, in: store).isUnordered)
  }

  @Test("a lost block costs what is in it, and a lost connection is thrown", arguments: 0..<20)
  func lostRecords(lost: Int) throws {
    let store = MemoryStore()
    let names = (0..<20).map { "f\(100 + $0)" }
    let reference = try store.directory(of: names)
    let block = rawMetadataBlock([
      RawRecord(names[lost], slot: UInt32(lost), qid: UInt64(lost + 1)).bytes
    ])
    let score = Block(block).score
    store.fail(score, with: .damaged(score, .data, reason: "test"))
    #expect(try !compare(reference, in: store).isUnordered)

    store.fail(score, with: .timedOut(score, peer: "test", seconds: 1))
    #expect(throws: ArchiveError.block(.timedOut(score, peer: "test", seconds: 1))) {
      var cursor = try DirectoryCursor(reference, in: store)
      for name in names { _ = try cursor.item(named: Array(name.utf8)) }
    }
  }

  @Test("lost entries, and a lost pointer block, cost what they lead to")
  func lostEntries() throws {
    let store = MemoryStore()
    let names = (0..<200).map { "f\(1000 + $0)" }
    let reference = try store.directory(of: names)
    let top = try store.read(try #require(reference.entries.top))
    var reader = ByteReader(top.bytes, of: "pointers")
    let third = try (reader.score(), reader.score(), reader.score()).2
    store.remove(third, .directory.above(reference.entries.depth - 1))
    #expect(try !compare(reference, in: store).isUnordered)

    store.remove(reference.entries.score, .directory.above(reference.entries.depth))
    #expect(try !compare(reference, in: store).isUnordered)
  }

  @Test("a block of records with any bit flipped leads to no other file")
  func flips() throws {
    let records = ["abc", "ab", "b"].enumerated().map {
      RawRecord($1, slot: UInt32($0), qid: UInt64($0 + 1)).bytes
    }
    let block = rawMetadataBlock(records)
    for place in 0..<block.count * 8 {
      let store = MemoryStore()
      let file = try store.file("x")
      var flipped = block
      flipped[place / 8] ^= 1 << UInt8(place % 8)
      let reference = try store.directory(
        blocks: [flipped, rawMetadataBlock([RawRecord("c", slot: 3).bytes])],
        entries: Array(repeating: file, count: 4))
      var cursor = try DirectoryCursor(reference, in: store)
      for name in ["abc", "ab", "b", "c"] {
        let item = try cursor.item(named: Array(name.utf8))
        #expect(item.map { $0.name == Array(name.utf8) } ?? true)
      }
    }
  }
}
