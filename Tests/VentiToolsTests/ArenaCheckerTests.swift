import SystemPackage
import TestSupport
import Testing
import VentiCore
import VentiStore
import VentiTools

/// checkarenas tells what is wrong, mends directories and tails, and never touches data.
struct ArenaCheckerTests {
  private let workshop: Workshop
  private let arenas: ArenaPartition
  private let sound = "arena arenas01: fix=0 flush=0 0->2277835 0->3044 0->316 0->5745391"

  init() throws {
    workshop = try Workshop()
    arenas = try workshop.arenas(workshop.fixture().appending("arenas0"))
  }

  private func check(all: Bool = true, repairs: Bool = false) -> (Bool, Lines) {
    let lines = Lines()
    var checker = ArenaChecker(to: lines.output)
    checker.checksAll = all
    checker.repairs = repairs
    return (checker.run(arenas, names: ["arenas01"]), lines)
  }

  /// Offset of a directory entry of the second arena.
  private func entryOffset(_ number: Int) -> Int { 7_086_080 - 2 * 8192 + number * 25 }
  private func place(of number: Int) -> Int {
    entryOffset(number % 327) - number / 327 * 8192
  }
  private func entries(_ numbers: Range<Int>) throws -> [Block] {
    try numbers.map { try arenas.partition.read(25, at: place(of: $0)) }
  }
  private var dataOffset: Int { arenas.arenas[1].start + 8192 }

  @Test("a sound arena has one line, and none unless all clumps are checked")
  func soundArena() {
    let (isSound, lines) = check()
    #expect(isSound)
    #expect(lines.noted == [sound])
    #expect(check(all: false).1.noted.isEmpty)
  }

  @Test("a damaged clump is told of, and nothing is cut off")
  func damage() throws {
    try arenas.partition.flip(at: dataOffset + 550 + 38 + 5)
    let before = try arenas.partition.digest()

    let (isSound, lines) = check(repairs: true)

    #expect(!isSound)
    #expect(
      lines.noted == [
        "arenas01: clump=1 has mismatched score",
        sound.replacing("fix=0", with: "fix=1"),
      ])
    #expect(try arenas.partition.digest() == before)
  }

  @Test("a tail that counts nothing gets its numbers and times back")
  func emptyTail() throws {
    let arena = arenas.arenas[1]
    let right = try arena.tail()
    try write(ArenaTail(version: right.version, name: right.name, clumpMagic: right.clumpMagic))

    #expect(check(repairs: true).0)

    let mended = try arena.tail()
    #expect(mended.written.clumpCount == right.written.clumpCount)
    #expect(mended.written.usedByteCount == right.written.usedByteCount)
    #expect(mended.firstWriteTime == right.firstWriteTime)
    #expect(mended.lastWriteTime == right.lastWriteTime)
  }

  @Test(
    "a tail that counts other clumps than its bytes hold is told of, and gets the right numbers",
    arguments: [(-5, 0, 0), (5, 0, 0), (0, 100, 0), (0, 0, -1), (-400, 1, 1)])
  func wrongCounts(clumps: Int, compressed: Int, bytes: Int) throws {
    let right = try arenas.arenas[1].tail()
    var wrong = right
    wrong.written.clumpCount += clumps
    wrong.written.compressedClumpCount += compressed
    wrong.written.blockByteCount += bytes
    wrong.indexed = wrong.written
    try write(wrong)
    let before = try arenas.partition.digest()

    let (isSound, lines) = check()
    #expect(!isSound)
    #expect(
      lines.noted.first?.hasPrefix(
        "arenas01: tail counts \(3044 + clumps) clumps of \(5_745_391 + bytes) bytes, "
          + "found 3044 of 5745391 (-f would") == true)
    #expect(try arenas.partition.digest() == before)

    #expect(check(repairs: true).0)
    #expect(try arenas.arenas[1].tail() == right)
    #expect(check().1.noted == [sound])
  }

  @Test("a tail of wrong numbers stays as it is where a clump is damaged")
  func wrongCountsOfDamage() throws {
    try arenas.partition.flip(at: dataOffset + 550 + 38 + 5)
    var tail = try arenas.arenas[1].tail()
    tail.written.compressedClumpCount += 1
    try write(tail)

    #expect(!check(repairs: true).0)
    #expect(try arenas.arenas[1].tail() == tail)
  }

  private func write(_ tail: ArenaTail) throws {
    let arena = arenas.arenas[1]
    var writer = ByteWriter()
    tail.write(to: &writer, blockSize: arena.geometry.blockSize)
    try arenas.partition.overwrite(writer.bytes, at: arena.start + arena.geometry.tailOffset)
  }

  @Test("a wrong magic number is told of")
  func magic() throws {
    try arenas.partition.overwrite([1, 2, 3, 4], at: dataOffset + 1100)

    let (isSound, lines) = check()

    #expect(!isSound)
    #expect(
      lines.noted == ["arenas01: illegal clump magic number=0x01020304 at clump=2", sound])
  }

  @Test("directory entries that contradict sound clumps are written anew")
  func directory() throws {
    let right = try arenas.partition.digest()
    try arenas.partition.overwrite([UInt8](repeating: 0, count: 25), at: entryOffset(3))
    try arenas.partition.flip(at: entryOffset(4) + 10)

    let (isSound, lines) = check()
    #expect(!isSound)
    #expect(lines.noted.contains("arenas01: unwritten clump info for clump=3"))
    #expect(lines.noted.contains("arenas01: bad clump info for clump=4"))
    #expect(
      lines.noted.contains(
        "\texpected score=28c052e5a15abaa3becc9916f129eebb28e077f1 type=0 size=512 uncsize=512"))

    #expect(check(repairs: true).0)
    #expect(try arenas.partition.digest() == right)
  }

  @Test(
    "entries behind clumps that are lost keep their places",
    arguments: [0..<3, 100..<105, 324..<330, 700..<1100])
  func lostNeighbours(lost: Range<Int>) throws {
    let arena = arenas.arenas[1]
    let clumps = try arena.clumps().map { try $0.get() }
    let right = try entries(0..<3044)
    for number in lost {
      let zeros = [UInt8](repeating: 0, count: ClumpHeader.byteCount)
      try arenas.partition.overwrite(zeros, at: dataOffset + clumps[number].position.offset)
    }
    for number in lost.lowerBound..<lost.upperBound + 2 {
      try arenas.partition.overwrite([UInt8](repeating: 0, count: 25), at: place(of: number))
    }

    #expect(!check(repairs: true).0)

    #expect(try entries(0..<lost.lowerBound) == Array(right[..<lost.lowerBound]))
    #expect(try entries(lost.upperBound..<3044) == Array(right[lost.upperBound...]))
    #expect(try entries(lost).allSatisfy { $0.array.allSatisfy { $0 == 0 } })
  }

  @Test("in a sealed arena nothing is changed")
  func sealed() throws {
    try arenas.partition.flip(at: 3_940_352 - 2 * 8192 + 10)
    let before = try arenas.partition.digest()
    let lines = Lines()
    var checker = ArenaChecker(to: lines.output)
    checker.checksAll = true
    checker.repairs = true

    #expect(!checker.run(arenas, names: ["arenas00"]))
    #expect(lines.noted.last?.hasSuffix("but it is sealed") == true)
    #expect(try arenas.partition.digest() == before)
  }

  @Test("clumps that the tail does not count are counted")
  func uncounted() throws {
    let arena = arenas.arenas[1]
    let tail = try arena.tail()
    let block = Block(Array("one more".utf8))
    let info = ClumpInfo(
      typeValue: BlockType.data.wireValue, storedSize: block.count, size: block.count,
      score: block.score)
    var writer = ByteWriter()
    ClumpHeader(magic: tail.clumpMagic, info: info, encoding: .plain, time: 1_800_000_000)
      .write(to: &writer)
    writer.raw(block.array + [0, 0, 0, 0])
    try arenas.partition.overwrite(
      writer.bytes, at: dataOffset + tail.written.usedByteCount)

    #expect(!check(all: false).0)
    let (isSound, lines) = check(all: false, repairs: true)
    #expect(isSound)
    #expect(
      lines.noted.first
        == "arena arenas01: fix=1 flush=1 2277835->2277881 3044->3045 316->316 5745391->5745399")

    let new = try arena.tail()
    #expect(new.written.clumpCount == 3045)
    #expect(new.indexed == tail.indexed)
    #expect(new.lastWriteTime == 1_800_000_000)
    #expect(check().0)
  }

  @Test("an arena that is not there is told of")
  func unknown() {
    let lines = Lines()
    #expect(!ArenaChecker(to: lines.output).run(arenas, names: ["nosuch"]))
    #expect(lines.noted == ["nosuch: did not find arena"])
  }
}
