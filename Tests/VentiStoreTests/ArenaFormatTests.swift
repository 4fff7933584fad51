import TestSupport
import Testing
import VentiCore
import VentiStore

struct ArenaTailTests {
  @Test("a sealed arena has one set of statistics and its seal")
  func sealed() throws {
    let tail = try ArenaTail(parsing: Block(Golden.arenaTail).bytes)

    #expect(tail.name == "t0")
    #expect(tail.clumpMagic == 0x86d2_99ee)
    #expect(tail.indexed.clumpCount == 135)
    #expect(tail.indexed.compressedClumpCount == 7)
    #expect(tail.indexed.usedByteCount == 1_021_862)
    #expect(tail.indexed.blockByteCount == 1_028_246)
    #expect(tail.indexed.isSealed)
    #expect(tail.written == tail.indexed)
    #expect(tail.seal.description == "3c0b679407176f94a4c989dd80016339185bfaa8")
  }

  @Test("the extension counts the clumps that are not indexed yet")
  func extended() throws {
    let tail = try ArenaTail(parsing: Block(Golden.arenaTailWithExtension).bytes)

    #expect(tail.indexed.clumpCount == 571)
    #expect(!tail.indexed.isSealed)
    #expect(tail.written.clumpCount == 2504)
    #expect(tail.written.isSealed)
    #expect(tail.seal == .none)
  }

  @Test("version 4 has no magic number of its own")
  func version4() throws {
    let tail = try ArenaTail(parsing: Block(Golden.arenaTailVersion4).bytes)

    #expect(tail.clumpMagic == ArenaVersion.sharedClumpMagic)
    #expect(tail.indexed.clumpCount == 128)
    #expect(tail.indexed.usedByteCount == 1_020_876)
    #expect(tail.indexed.blockByteCount == 1_016_012)
    #expect(tail.indexed.isSealed)
  }

  @Test("an arena that is sealed for good counts as sealed in a stale extension too")
  func staleExtension() throws {
    var bytes = Golden.arenaTailWithExtension
    bytes[108] = 1
    bytes[134] = 0

    let tail = try ArenaTail(parsing: Block(bytes).bytes)

    #expect(tail.indexed.isSealed)
    #expect(tail.written.isSealed)
  }

  @Test(
    "an extension that counts nothing, as plan9port's mirrorarenas writes it, says no less than the index"
  )
  func mirrored() throws {
    var bytes = Golden.arenaTailWithExtension
    for offset in 110..<135 { bytes[offset] = 0 }

    let tail = try ArenaTail(parsing: Block(bytes).bytes)

    #expect(tail.indexed.clumpCount == 571)
    #expect(tail.written == tail.indexed)
  }

  @Test("more indexed than written is an error")
  func reversed() {
    var bytes = Golden.arenaTailWithExtension
    bytes[72] = 1
    #expect(throws: FormatError.self) { try ArenaTail(parsing: Block(bytes).bytes) }
  }
}

struct ArenaGeometryTests {
  private let geometry = ArenaGeometry(blockSize: 8192, length: 1_048_576)

  @Test("the directory grows downwards from the tail")
  func directory() throws {
    let geometry = try #require(geometry)
    #expect(geometry.entriesPerDirectoryBlock == 327)
    #expect(geometry.directoryBlockOffset(0) == 1_048_576 - 2 * 8192)
    #expect(geometry.directoryBlockOffset(1) == 1_048_576 - 3 * 8192)
  }

  @Test("a directory that fills its blocks counts as one block more")
  func directoryByteCount() throws {
    let geometry = try #require(geometry)
    #expect(geometry.directoryByteCount(clumpCount: 326) == 8192)
    #expect(geometry.directoryByteCount(clumpCount: 327) == 16384)
  }

  @Test("the last clump that has room leaves eight bytes and the directory")
  func room() throws {
    let geometry = try #require(geometry)
    var statistics = ArenaStatistics.empty
    statistics.clumpCount = 10
    statistics.usedByteCount = geometry.size - 8192 - 8 - 38 - 100
    #expect(geometry.hasRoom(storedSize: 100, after: statistics))
    #expect(!geometry.hasRoom(storedSize: 101, after: statistics))
    statistics.isSealed = true
    #expect(!geometry.hasRoom(storedSize: 1, after: statistics))
  }

  @Test("an arena has no room for more clumps than its tail can count")
  func countLimit() throws {
    let geometry = try #require(ArenaGeometry(blockSize: 8192, length: 1 << 46))
    var statistics = ArenaStatistics.empty
    statistics.clumpCount = Int(UInt32.max) - 1
    #expect(geometry.hasRoom(storedSize: 1, after: statistics))
    statistics.clumpCount += 1
    #expect(!geometry.hasRoom(storedSize: 1, after: statistics))
  }

  @Test("an arena of fewer than three blocks, or of odd blocks, is none")
  func impossible() {
    #expect(ArenaGeometry(blockSize: 8192, length: 3 * 8192 - 1) == nil)
    #expect(ArenaGeometry(blockSize: 8000, length: 1_048_576) == nil)
    #expect(ArenaGeometry(blockSize: 131_072, length: 1_048_576) == nil)
  }
}

struct ClumpHeaderTests {
  @Test("the first clump of plan9port's test store is 'hello world'")
  func hello() throws {
    let clump = Block(Golden.clump)
    let header = try ClumpHeader(parsing: clump.bytes, magic: 0x86d2_99ee)

    #expect(header.info.type == .data)
    #expect(header.info.size == 12)
    #expect(header.encoding == .plain)
    #expect(header.time == 0x6b02_d3ca)
    #expect(clump[38..<50].score == header.info.score)
    #expect(try ClumpInfo(parsing: Block(Golden.clumpInfos[0]).bytes) == header.info)
  }

  @Test("the magic number must be that of the arena")
  func magic() {
    #expect(
      throws: FormatError.invalid(
        subject: "clump header", offset: 0, found: "magic 0x86d299ee", expected: "0x86d299ef")
    ) { try ClumpHeader(parsing: Block(Golden.clump).bytes, magic: 0x86d2_99ef) }
  }

  @Test(
    "sizes and encoding must fit together",
    arguments: [(12, 12, 2), (11, 12, 1), (13, 12, 1), (0, 0, 1), (0, 12, 2), (57345, 57345, 1)])
  func sizes(stored: Int, size: Int, encoding: Int) {
    var bytes = Golden.clump
    bytes[5] = UInt8(stored >> 8)
    bytes[6] = UInt8(stored & 255)
    bytes[7] = UInt8(size >> 8)
    bytes[8] = UInt8(size & 255)
    bytes[29] = UInt8(encoding)
    #expect(throws: FormatError.self) { try ClumpHeader(parsing: Block(bytes).bytes) }
  }

  @Test("a type that means nothing marks the clump as damaged", arguments: [0, 10, 12, 14, 255])
  func damagedType(value: UInt8) throws {
    var bytes = Golden.clump
    bytes[4] = value
    #expect(try ClumpHeader(parsing: Block(bytes).bytes).info.type == nil)
  }
}
