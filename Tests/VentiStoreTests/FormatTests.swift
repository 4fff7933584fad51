import TestSupport
import Testing
import VentiCore
import VentiStore

/// What the tests below ask of each structure on disk.
struct GoldenCase: Sendable, CustomTestStringConvertible {
  let name: String
  let bytes: [UInt8]
  /// Parses bytes, and writes what was parsed.
  let rewrite: @Sendable ([UInt8]) throws -> [UInt8]
  /// How many of the bytes hold fields: the rest is padding.
  let fieldByteCount: Int
  /// The fewest bytes that can be parsed.
  let shortestByteCount: Int
  /// Bytes among the fields that mean nothing.
  let padding: [Range<Int>]
  /// A bit whose change means the same: that of an extension which counts nothing.
  let synonym: (index: Int, mask: UInt8)?

  var testDescription: String { name }

  static let all: [GoldenCase] = [
    GoldenCase(
      "arena partition header", Golden.arenaPartitionHeader, fieldByteCount: 16,
      parse: { try ArenaPartitionHeader(parsing: $0.bytes) }, write: { $0.write(to: &$1) }),
    GoldenCase(
      "arena head", Golden.arenaHead, fieldByteCount: 88, padding: [11..<72],
      parse: { try ArenaHead(parsing: $0.bytes) }, write: { $0.write(to: &$1) }),
    GoldenCase(
      "arena head of version 4", Golden.arenaHeadVersion4, fieldByteCount: 84, padding: [11..<72],
      parse: { try ArenaHead(parsing: $0.bytes) }, write: { $0.write(to: &$1) }),
    GoldenCase(
      "arena tail", Golden.arenaTail, fieldByteCount: 8192, shortest: 130,
      padding: [11..<72, 110..<8172], synonym: (109, 0x01),
      parse: { try ArenaTail(parsing: $0.bytes) }, write: { $0.write(to: &$1, blockSize: 8192) }),
    GoldenCase(
      "arena tail with extension", Golden.arenaTailWithExtension, fieldByteCount: 8192,
      shortest: 155,
      padding: [18..<72, 135..<8172],
      parse: { try ArenaTail(parsing: $0.bytes) }, write: { $0.write(to: &$1, blockSize: 8192) }),
    GoldenCase(
      "arena tail of version 4", Golden.arenaTailVersion4, fieldByteCount: 8192, shortest: 126,
      padding: [11..<72, 106..<8172], synonym: (105, 0x01),
      parse: { try ArenaTail(parsing: $0.bytes) }, write: { $0.write(to: &$1, blockSize: 8192) }),
    GoldenCase(
      "clump header", Array(Golden.clump.prefix(38)), fieldByteCount: 38,
      parse: { try ClumpHeader(parsing: $0.bytes) }, write: { $0.write(to: &$1) }),
    GoldenCase(
      "clump directory entry", Golden.clumpInfos[1], fieldByteCount: 25,
      parse: { try ClumpInfo(parsing: $0.bytes) }, write: { $0.write(to: &$1) }),
    GoldenCase(
      "index section header", Golden.indexSectionHeader, fieldByteCount: 160,
      padding: [10..<72, 77..<136],
      parse: { try IndexSectionHeader(parsing: $0.bytes) }, write: { $0.write(to: &$1) }),
    GoldenCase(
      "index section header of version 1", Golden.indexSectionHeaderVersion1, fieldByteCount: 156,
      padding: [10..<72, 77..<136],
      parse: { try IndexSectionHeader(parsing: $0.bytes) }, write: { $0.write(to: &$1) }),
    GoldenCase(
      "index entry", Array(Golden.bucket[6..<44]), fieldByteCount: 38, padding: [20..<26],
      parse: { try IndexEntry(parsing: $0.bytes) }, write: { $0.write(to: &$1) }),
    GoldenCase(
      "arena table", Array(Golden.arenaTable.utf8), fieldByteCount: Golden.arenaTable.utf8.count,
      parse: { try ArenaTable(parsing: $0.array) }, write: { $0.write(to: &$1) }),
    GoldenCase(
      "index table", Array(Golden.indexTable.utf8), fieldByteCount: Golden.indexTable.utf8.count,
      parse: { try IndexTable(parsing: $0.array) }, write: { $0.write(to: &$1) }),
  ]

  private init<Structure>(
    _ name: String, _ bytes: [UInt8], fieldByteCount: Int,
    shortest: Int? = nil, padding: [Range<Int>] = [], synonym: (index: Int, mask: UInt8)? = nil,
    parse: @escaping @Sendable (Block) throws -> Structure,
    write: @escaping @Sendable (Structure, inout ByteWriter) -> Void
  ) {
    self.name = name
    self.bytes = bytes
    self.fieldByteCount = fieldByteCount
    shortestByteCount = shortest ?? fieldByteCount
    self.padding = padding
    self.synonym = synonym
    rewrite = { bytes in
      var writer = ByteWriter()
      write(try parse(Block(bytes)), &writer)
      return writer.bytes
    }
  }
}

struct FormatTests {
  @Test("plan9port's bytes are written as they were read", arguments: GoldenCase.all)
  func golden(structure: GoldenCase) throws {
    #expect(try structure.rewrite(structure.bytes) == structure.bytes)
  }

  @Test("a structure that is cut short is an error", arguments: GoldenCase.all)
  func prefixes(structure: GoldenCase) {
    for count in 0..<structure.shortestByteCount {
      #expect(throws: FormatError.self, "\(count) bytes") {
        try structure.rewrite(Array(structure.bytes.prefix(count)))
      }
    }
  }

  @Test(
    "a changed byte is an error or another value, never the same one", arguments: GoldenCase.all)
  func flippedBytes(structure: GoldenCase) {
    for index in 0..<min(structure.fieldByteCount, 170) {
      for mask: UInt8 in [0x01, 0x80, 0xff] {
        var bytes = structure.bytes
        bytes[index] ^= mask
        let isSame = (try? structure.rewrite(bytes)) == structure.bytes
        let isPadding = structure.padding.contains { $0.contains(index) }
        let isSynonym = structure.synonym.map { $0 == (index, mask) } ?? false
        #expect(isSame == (isPadding || isSynonym), "byte \(index) by \(mask)")
      }
    }
  }

  @Test("random bytes never stop a parser", arguments: GoldenCase.all)
  func randomBytes(structure: GoldenCase) {
    var generator = SeededGenerator(seed: 14)
    for _ in 0..<200 {
      var bytes = structure.bytes
      for _ in 0..<4 {
        let index = Int.random(in: 0..<structure.fieldByteCount, using: &generator)
        bytes[index] = UInt8.random(in: 0...255, using: &generator)
      }
      _ = try? structure.rewrite(bytes)
    }
  }
}
