import TestSupport
import Testing
import VacArchive
import VentiCore

struct StreamWriterTests {
  private static let blockSizes = [512, 513, 1000, 8192, 57344]

  private func expectSame(_ entry: Entry, as bytes: [UInt8], _ store: MemoryStore) throws {
    let plain = try MemoryStore().tree(
      of: bytes, pointerSize: entry.pointerSize, leafSize: entry.leafSize)
    #expect(entry == plain)
    #expect(try HashTree(entry, in: store).bytes(in: 0..<bytes.count + 1) == bytes)
  }

  @Test("the 10 MiB file of venti-trees has the entry that plan9port gives it")
  func workedExample() throws {
    let store = MemoryStore()
    var stream = StreamWriter(to: store, layout: try BlockLayout())
    var writer = ByteWriter(capacity: 10_485_760)
    for number in 0..<UInt64(10_485_760 / 8) { writer.uint64(number) }
    let bytes = Block(writer.bytes)
    for start in stride(from: 0, to: bytes.count, by: 8192) {
      try stream.append(leaf: bytes[start..<start + 8192])
    }
    var entry = ByteWriter()
    try stream.finish().write(to: &entry)
    #expect(
      entry.bytes
        == vector(
          "000000001ff42000 09 0000000000 000000a00000 2b8d5cadca68a64bdaca883f109846fc9c524e3d"))
    #expect(store.count == 1285)
  }

  @Test("the file with one word among zeros has the entry that plan9port gives it")
  func holes() throws {
    let store = MemoryStore()
    var stream = StreamWriter(to: store, layout: try BlockLayout())
    try stream.appendZeros(4_000_000)
    try stream.append(Array("hello".utf8))
    try stream.appendZeros(5_000_000 - 4_000_005)
    let entry = try stream.finish()
    #expect(entry.score.description == "1958eda9b014df43bff4bf9f00f6fbc2f6b200eb")
    #expect((entry.size, entry.depth) == (5_000_000, 2))
    #expect(store.count == 3)
  }

  @Test("sizes at the borders of leaves and pointer blocks", arguments: blockSizes)
  func borders(blockSize: Int) throws {
    let layout = try BlockLayout(blockSize: blockSize)
    let pointers = blockSize / 20
    var random = SeededGenerator(seed: UInt64(blockSize))
    // A pointer block of the largest size is over more than is quick to try.
    var sizes = [0, 1, blockSize - 1, blockSize, blockSize + 1, 3 * blockSize + 7]
    if blockSize <= 1000 {
      for leaves in [pointers, pointers * pointers] {
        sizes += [leaves * blockSize - 1, leaves * blockSize, leaves * blockSize + 1]
      }
    }
    for size in sizes {
      // A leaf that repeats keeps large sizes quick.
      let leaf = random.bytes(blockSize)
      var bytes: [UInt8] = []
      while bytes.count < size { bytes += leaf }
      bytes.removeLast(bytes.count - size)
      let store = MemoryStore()
      var stream = StreamWriter(to: store, layout: layout)
      try stream.append(bytes)
      let entry = try stream.finish()
      try expectSame(entry, as: bytes, store)
      #expect(entry.pointerSize == pointers * 20)
    }
  }

  @Test("bytes, zeros and leaves in any mixture", arguments: 0..<60 as Range<UInt64>)
  func mixtures(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let layout = try BlockLayout(blockSize: Self.blockSizes[Int(seed) % 3])
    let store = MemoryStore()
    var stream = StreamWriter(to: store, layout: layout)
    var bytes: [UInt8] = []
    for _ in 0..<Int.random(in: 0...20, using: &random) {
      let count = Int.random(in: 0...4 * layout.leafSize, using: &random)
      switch Int.random(in: 0..<4, using: &random) {
      case 0:
        let zeros = count * Int.random(in: 1...20, using: &random)
        try stream.appendZeros(zeros)
        bytes += [UInt8](repeating: 0, count: zeros)
      case 1 where bytes.count % layout.leafSize == 0:
        let leaf =
          random.bytes(layout.leafSize / 3)
          + [UInt8](
            repeating: 0, count: layout.leafSize - layout.leafSize / 3)
        try stream.append(leaf: Block(leaf))
        bytes += leaf
      default:
        let part = random.bytes(count)
        try stream.append(part)
        bytes += part
      }
    }
    try expectSame(stream.finish(), as: bytes, store)
  }

  @Test(
    "a hole as large as a file can be costs nothing; a file too large for its blocks is refused")
  func largest() throws {
    let store = MemoryStore()
    var stream = StreamWriter(to: store, layout: try BlockLayout())
    try stream.append([1])
    try stream.appendZeros(Entry.maximumSize - 2)
    try stream.append([2])
    let entry = try stream.finish()
    #expect(entry.size == Entry.maximumSize)
    #expect(entry.depth == entry.neededDepth)
    let tree = try HashTree(entry, in: store)
    #expect(try tree.bytes(in: 0..<2) == [1, 0])
    #expect(try tree.bytes(in: Entry.maximumSize - 2..<Entry.maximumSize) == [0, 2])
    #expect(store.count == 2 + 2 * (entry.depth - 1) + 1)

    var small = StreamWriter(to: store, layout: try BlockLayout(blockSize: 512))
    #expect(throws: ArchiveError.self) {
      try small.appendZeros(Entry.maximumSize)
      _ = try small.finish()
    }
  }

  @Test(
    "what an older archive has is not sent, and makes no difference",
    arguments: 0..<20 as Range<UInt64>)
  func previous(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let layout = try BlockLayout(blockSize: 512)
    let store = MemoryStore()
    let old = random.bytes(512 * Int.random(in: 1...100, using: &random))
    var oldStream = StreamWriter(to: store, layout: layout)
    try oldStream.append(old)
    let oldEntry = try oldStream.finish()
    var bytes = old + random.bytes(Int.random(in: 0...1000, using: &random))
    let changed = Int.random(in: 0..<old.count, using: &random)
    bytes[changed] ^= 1

    var stream = StreamWriter(
      to: store, layout: layout, previous: PreviousStream(oldEntry, in: store))
    try stream.append(bytes)
    try expectSame(stream.finish(), as: bytes, store)
    #expect(stream.reusedByteCount == old.count - 512)

    // To a store that has nothing, an unchanged file sends nothing.
    let empty = MemoryStore()
    var same = StreamWriter(
      to: empty, layout: layout, previous: PreviousStream(oldEntry, in: store))
    try same.append(old)
    #expect(try same.finish() == oldEntry)
    #expect(empty.count == 0)
    #expect(same.sentByteCount == 0)

    // Another block size makes the older file useless, not wrong.
    var other = StreamWriter(
      to: store, layout: try BlockLayout(), previous: PreviousStream(oldEntry, in: store))
    try other.append(old)
    try expectSame(other.finish(), as: old, store)
    #expect(other.reusedByteCount == 0)
  }

  @Test("block sizes outside 512...57344 are refused")
  func badBlockSizes() {
    for size in [0, 511, 57345, 1 << 20] {
      #expect(throws: ArchiveError.self) { try BlockLayout(blockSize: size) }
    }
  }
}
