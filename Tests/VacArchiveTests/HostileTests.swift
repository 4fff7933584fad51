import TestSupport
import Testing
import VacArchive
import VentiCore

/// Whatever the bytes, a directory loads or says why not.
struct HostileTests {
  private static let records = [
    RawRecord("plain", slot: 0, qid: 1),
    RawRecord("old", slot: 1, qid: 2).with { $0.version = 7 },
    RawRecord("nine", slot: 2, qid: 3).with {
      $0.version = 9
      $0.metadataSlot = 3
    },
    RawRecord("space", slot: 3, qid: 4).with {
      $0.options = RawRecord.space(offset: 5, maximum: 9)
      $0.mode = 0x81ed
    },
  ].map(\.bytes)

  private func use(_ block: [UInt8], entries: [Entry?]) throws {
    let store = MemoryStore()
    let reference = try store.directory(blocks: [block], entries: entries)
    let directory = try Directory(loading: reference, from: store)
    for position in 0..<directory.count {
      let item = directory[position]
      #expect(Omission.NameFault(item.name) == nil)
      #expect(directory.position(of: item.name) == position)
    }
  }

  @Test("a metadata block cut anywhere")
  func prefixes() throws {
    let block = rawMetadataBlock(Self.records)
    for count in 0..<block.count { try use(Array(block[..<count]), entries: []) }
  }

  @Test("records that lie over each other take no more memory than their block")
  func overlapping() throws {
    let record = RawRecord("a").bytes
    var block = rawMetadataBlock([record], spare: 99)
    var index = ByteWriter()
    index.uint16(100)
    for _ in 0..<100 {
      index.uint16(UInt16(12 + 4 * 100))
      index.uint16(UInt16(record.count))
    }
    block.replaceSubrange(10..<10 + index.bytes.count, with: index.bytes)
    let store = MemoryStore()
    let reference = try store.directory(blocks: [block], entries: [])

    let directory = try Directory(loading: reference, from: store)

    let overlaps = directory.omissions.filter { "\($0)".contains("records over each other") }
    #expect(overlaps.count > 80)
  }

  @Test("a metadata block with any bit flipped")
  func flips() throws {
    let block = rawMetadataBlock(Self.records)
    for place in 0..<block.count * 8 {
      var flipped = block
      flipped[place / 8] ^= 1 << UInt8(place % 8)
      try use(flipped, entries: [])
    }
  }

  @Test("random bytes after a right beginning", arguments: 0..<200 as Range<UInt64>)
  func random(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var block = rawMetadataBlock(Self.records)
    for _ in 0..<Int.random(in: 1...30, using: &random) {
      block[Int.random(in: 4..<block.count, using: &random)] = UInt8.random(
        in: 0...255, using: &random)
    }
    try use(block, entries: [])
  }

  @Test("entries with any bit flipped")
  func entries() throws {
    let store = MemoryStore()
    let file = try store.file("x")
    var writer = ByteWriter()
    for _ in 0..<4 { file.write(to: &writer) }
    for place in 0..<writer.bytes.count * 8 {
      var flipped = writer.bytes
      flipped[place / 8] ^= 1 << UInt8(place % 8)
      let metadata = try store.directory(blocks: [rawMetadataBlock(Self.records)], entries: [])
      let reference = DirectoryReference(
        entries: try store.tree(of: flipped, pointerSize: 500, leafSize: 512, isDirectory: true),
        metadata: metadata.metadata, number: 1, space: .top)
      let directory = try Directory(loading: reference, from: store)
      #expect(directory.count == 4)
      for position in 0..<4 { _ = directory[position].contents }
    }
  }

  @Test("an archive with any bit of its root or top block flipped opens, or says why not")
  func archive() throws {
    let (score, store) = try fixture("zoo-512")
    let archive = try Archive(opening: score, in: store)
    let top = try store.read(BlockAddress(archive.root.score, .directory, limit: 512))
    for place in 0..<top.count * 8 {
      var flipped = top.array
      flipped[place / 8] ^= 1 << UInt8(place % 8)
      var root = archive.root
      root.score = try store.write(Block(flipped), type: .directory)
      try openAnyway(root, store)
    }
    var writer = ByteWriter()
    archive.root.write(to: &writer)
    for place in 0..<Root.byteCount * 8 {
      var flipped = writer.bytes
      flipped[place / 8] ^= 1 << UInt8(place % 8)
      let score = ArchiveScore(try store.write(Block(flipped), type: .root))
      _ = try? Archive(opening: score, in: store)
    }
  }

  private func openAnyway(_ root: Root, _ store: MemoryStore) throws {
    var writer = ByteWriter()
    root.write(to: &writer)
    let score = ArchiveScore(try store.write(Block(writer.bytes), type: .root))
    guard let archive = try? Archive(opening: score, in: store) else { return }
    _ = try? Directory(loading: archive.directory, from: store)
  }

  @Test("Unix metadata cut anywhere or with any bit flipped")
  func unix() throws {
    var metadata = UnixMetadata()
    metadata.modified = .init(highSeconds: 1, nanoseconds: 2)
    metadata.owner = .init(user: 3, group: 4)
    metadata.device = DeviceNumber(isBlock: true, major: 5, minor: 6)
    metadata.attributes = .inline([1, 2, 3])
    var writer = ByteWriter()
    metadata.write(to: &writer)
    for count in 0..<writer.bytes.count {
      #expect(throws: FormatError.self) {
        try UnixMetadata.parse(Block(Array(writer.bytes[..<count])).bytes)
      }
    }
    for place in 0..<writer.bytes.count * 8 {
      var flipped = writer.bytes
      flipped[place / 8] ^= 1 << UInt8(place % 8)
      let parsed = try? UnixMetadata.parse(Block(flipped).bytes)
      // Bits of the mask that mean nothing yet are passed over.
      #expect((parsed == metadata) == (9..<16).contains(place))
      try use(
        rawMetadataBlock([
          RawRecord("f").with { $0.options = RawRecord.option(0x55, flipped) }.bytes
        ]), entries: [])
    }
  }
}
