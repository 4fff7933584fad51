import TestSupport
import Testing
import VentiCore

struct EntryTests {
  private static let hello = "22596363b3de40b06f981fb85d82312e8c0ed511"
  private static let zeros = "da39a3ee5e6b4b0d3255bfef95601890afd80709"

  private func parse(_ bytes: [UInt8]) throws(FormatError) -> Entry? {
    let block = Block(bytes)
    var reader = ByteReader(block.bytes, of: "entry")
    return try Entry.parse(&reader)
  }

  @Test("vectors of venti-trees §3.3 decode, and encode to the same bytes")
  func vectors() throws {
    let cases: [(String, Entry)] = [
      (
        "000000001ff42000010000000000" + "00000000000c" + Self.hello,
        Entry(
          pointerSize: 8180, leafSize: 8192, isDirectory: false, depth: 0, size: 12,
          score: try Score(Self.hello))
      ),
      (
        "deadbeef1ff420001f0000000000" + "ffffffffffff" + Self.zeros,
        Entry(
          generation: 0xdead_beef, pointerSize: 8180, leafSize: 8192, isDirectory: true, depth: 7,
          size: Entry.maximumSize, score: .zero)
      ),
      (
        "00000000ea658007450000000000" + "0000000aae60" + Self.zeros,
        Entry(
          pointerSize: 60000, leafSize: 131072, isDirectory: false, depth: 1, size: 700_000,
          score: .zero)
      ),
      (
        "0000000001000100a10000000000" + "000000000005" + Self.zeros,
        Entry(
          pointerSize: 256, leafSize: 256, isDirectory: false, depth: 0, isLocal: true,
          isExcludedFromArchive: true, size: 5, score: .zero)
      ),
    ]
    for (hex, entry) in cases {
      let bytes = bytesOfHex(hex)
      #expect(try parse(bytes) == entry)
      var writer = ByteWriter()
      entry.write(to: &writer)
      #expect(writer.bytes == bytes)
    }
  }

  @Test("block sizes of zero with the zero score are those of an old empty file")
  func oldEmpty() throws {
    let entry = try parse(
      bytesOfHex("000000000000000001" + "00000000000000000000" + "00" + Self.zeros))
    #expect(entry?.pointerSize == 4096)
    #expect(entry?.leafSize == 4096)
  }

  @Test("a slot that is not in use is nothing, whatever else it holds")
  func inactive() throws {
    #expect(try parse(bytesOfHex("0000000500000000000000000000000000000000" + Self.zeros)) == nil)
    #expect(try parse([UInt8](repeating: 0, count: 40)) == nil)
  }

  @Test(
    "block sizes that are not sane are refused",
    arguments: [
      "000000000064200001" + "0000000000" + "000000000005",
      "00000000ffffffff41" + "0000000000" + "000000000005",
      "000000001ff4000001" + "0000000000" + "000000000005",
    ])
  func sizes(hex: String) {
    #expect(throws: FormatError.self) { try parse(bytesOfHex(hex + Self.zeros)) }
  }

  @Test("any prefix of an entry is an error that says where", arguments: 0..<40)
  func prefixes(count: Int) {
    let bytes = bytesOfHex("000000001ff42000010000000000" + "00000000000c" + Self.hello)
    #expect(throws: FormatError.self) { try parse(Array(bytes.prefix(count))) }
  }

  @Test("random entries survive a round trip", arguments: 0..<200 as Range<UInt64>)
  func roundTrip(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let sizes = [256, 8180, 8192, 57344, 60000, 131072, 1 << 20]
    let entry = Entry(
      generation: .random(in: 0...UInt32.max, using: &random),
      pointerSize: try #require(sizes.randomElement(using: &random)),
      leafSize: 1 << Int.random(in: 8...24, using: &random), isDirectory: .random(using: &random),
      depth: .random(in: 0...7, using: &random), isLocal: .random(using: &random),
      isExcludedFromArchive: .random(using: &random),
      size: .random(in: 0...Entry.maximumSize, using: &random),
      score: Block(random.bytes(9)).score)
    var writer = ByteWriter()
    entry.write(to: &writer)
    #expect(try parse(writer.bytes) == entry)
  }

  @Test("a directory's size counts whole blocks of entries")
  func directorySize() {
    let entry = Entry(
      pointerSize: 8180, leafSize: 8192, isDirectory: true, depth: 1, size: 60224, score: .zero)
    #expect(entry.entryCount == 1500)
    #expect(entry.entriesPerBlock == 204)
  }
}
