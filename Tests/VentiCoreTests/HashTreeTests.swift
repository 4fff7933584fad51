import TestSupport
import Testing
import VentiCore

struct HashTreeTests {
  @Test("the 10 MiB file of venti-trees has the scores that plan9port gives it")
  func workedExample() throws {
    let store = MemoryStore()
    var writer = ByteWriter(capacity: 10_485_760)
    for number in 0..<UInt64(10_485_760 / 8) { writer.uint64(number) }
    let bytes = writer.bytes
    let entry = try store.tree(of: bytes, pointerSize: 8180, leafSize: 8192)
    #expect(entry.depth == 2)
    #expect(entry.score.description == "2b8d5cadca68a64bdaca883f109846fc9c524e3d")

    let tree = try HashTree(entry, in: store)
    for offset in [0, 8191, 8192, 3_350_527, 3_350_528, 5_000_000, 10_485_759] {
      #expect(try tree.bytes(in: offset..<offset + 1) == [bytes[offset]])
    }
  }

  @Test("the file with one word among zeros has the scores that plan9port gives it")
  func holes() throws {
    let store = MemoryStore()
    var bytes = [UInt8](repeating: 0, count: 5_000_000)
    bytes.replaceSubrange(4_000_000..<4_000_005, with: "hello".utf8)
    let entry = try store.tree(of: bytes, pointerSize: 8180, leafSize: 8192)
    #expect(entry.score.description == "1958eda9b014df43bff4bf9f00f6fbc2f6b200eb")
    #expect(store.count == 3)

    let tree = try HashTree(entry, in: store)
    #expect(try tree.bytes(in: 0..<5_000_000) == bytes)
    #expect(try tree.firstData(from: 0) == 488 * 8192)
    #expect(try tree.firstData(from: 488 * 8192 + 5) == 488 * 8192 + 5)
    #expect(try tree.firstData(from: 489 * 8192) == nil)
    #expect(try tree.firstHole(from: 488 * 8192) == 489 * 8192)
    #expect(try tree.firstHole(from: 7) == 7)
  }

  @Test("a tree of any shape reads back as what was stored", arguments: 0..<60 as Range<UInt64>)
  func roundTrip(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let store = MemoryStore()
    let leafSize = Int.random(in: 256...700, using: &random)
    let pointerSize = Int.random(in: 256...400, using: &random)
    let bytes = randomBytes(&random, leafSize: leafSize)
    let entry = try store.tree(
      of: bytes, pointerSize: pointerSize, leafSize: leafSize,
      extraDepth: Int.random(in: 0...2, using: &random))
    let tree = try HashTree(entry, in: BlockCache(over: store, capacityBytes: 20_000))

    #expect(try tree.bytes(in: 0..<bytes.count + 10) == bytes)
    for _ in 0..<20 {
      let start = Int.random(in: 0...bytes.count, using: &random)
      let end = Int.random(in: start...bytes.count, using: &random)
      let slices = try tree.slices(in: start..<end)
      #expect(slices.reduce(0) { $0 + $1.count } == end - start)
      #expect(try tree.bytes(in: start..<end) == Array(bytes[start..<end]))
    }
  }

  @Test("data and holes are found where they are", arguments: 100..<130 as Range<UInt64>)
  func seek(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let store = MemoryStore()
    let leafSize = Int.random(in: 256...300, using: &random)
    let bytes = randomBytes(&random, leafSize: leafSize)
    let entry = try store.tree(of: bytes, pointerSize: 256, leafSize: leafSize)
    let tree = try HashTree(entry, in: store)
    func isHole(_ offset: Int) -> Bool {
      let start = offset / leafSize * leafSize
      return bytes[start..<min(start + leafSize, bytes.count)].allSatisfy { $0 == 0 }
    }

    for _ in 0..<10 where !bytes.isEmpty {
      let offset = Int.random(in: 0..<bytes.count, using: &random)
      let data = (offset..<bytes.count).first { !isHole($0) }
      let hole = (offset..<bytes.count).first { isHole($0) } ?? bytes.count
      #expect(try tree.firstData(from: offset) == data)
      #expect(try tree.firstHole(from: offset) == hole)
    }
  }

  @Test("to see that a stream has no hole, pointer blocks are asked for together")
  func seekAhead() throws {
    let store = MemoryStore()
    var random = SeededGenerator(seed: 8)
    let bytes = random.bytes(3 * 12 * 12 * 256)
    let entry = try store.tree(of: bytes, pointerSize: 256, leafSize: 256)
    #expect(entry.depth == 3)
    let tree = try HashTree(entry, in: BlockCache(over: store, capacityBytes: 1 << 20))

    #expect(try tree.firstHole(from: 0) == bytes.count)

    // The top, and below it three blocks and the first one of each; the other eleven come together.
    #expect(store.readCount == 7)
    #expect(store.fetchCount == 33)
  }

  @Test("a tree too shallow for its size is refused")
  func shallow() {
    let entry = Entry(
      pointerSize: 8180, leafSize: 8192, isDirectory: false, depth: 0, size: 8193, score: .zero)
    #expect(throws: FormatError.self) { try HashTree(entry, in: MemoryStore()) }
  }

  @Test("the largest stream there is, all zeros, costs no block")
  func largest() throws {
    let store = MemoryStore()
    let entry = Entry(
      pointerSize: 8180, leafSize: 8192, isDirectory: false, depth: 7, size: Entry.maximumSize,
      score: .zero)
    let tree = try HashTree(entry, in: store)
    #expect(try tree.slices(in: Entry.maximumSize - 9..<Entry.maximumSize) == [.zeros(9)])
    #expect(try tree.firstData(from: 0) == nil)
    #expect(store.readCount == 0)
  }

  @Test("a missing leaf fails the reads that need it, and no other")
  func missingLeaf() throws {
    let store = MemoryStore()
    var random = SeededGenerator(seed: 7)
    let bytes = random.bytes(256 * 5)
    let entry = try store.tree(of: bytes, pointerSize: 256, leafSize: 256)
    let lost = Score(of: Block(Array(bytes[512..<768])).bytes)
    store.remove(lost, .data)
    let tree = try HashTree(entry, in: BlockCache(over: store))

    #expect(throws: BlockError.notFound(lost, .data)) { try tree.bytes(in: 0..<bytes.count) }
    #expect(try tree.bytes(in: 0..<512) == Array(bytes[..<512]))
    #expect(try tree.bytes(in: 768..<1280) == Array(bytes[768...]))
  }

  /// Up to 40 leaves, every third or so all zeros, the last one cut.
  private func randomBytes(_ random: inout SeededGenerator, leafSize: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    for _ in 0..<Int.random(in: 0...40, using: &random) {
      let isHole = Int.random(in: 0..<3, using: &random) == 0
      bytes += isHole ? [UInt8](repeating: 0, count: leafSize) : random.bytes(leafSize)
      guard Bool.random(using: &random) else { continue }
      bytes.replaceSubrange(bytes.count - 40..<bytes.count, with: repeatElement(0, count: 40))
    }
    return bytes.dropLast(Int.random(in: 0...min(bytes.count, leafSize - 1), using: &random))
  }
}
