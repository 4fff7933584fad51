import SystemPackage
import TestSupport
import Testing
import VentiCore
import VentiStore
import VentiTools

/// What printarena and printarenapart print: the lines that plan9port's print of its own stores.
struct ArenaPrinterTests {
  private let workshop: Workshop
  private let arenas: ArenaPartition

  init() throws {
    workshop = try Workshop()
    arenas = try workshop.arenas(workshop.fixture().appending("arenas0"))
  }

  private func print(_ number: Int, from offset: Int = 0) throws -> (Bool, Lines) {
    let lines = Lines()
    let arena = try Arena(at: arenas.arenas[number].start, in: arenas.partition)
    return (try ArenaPrinter(arena, to: lines.output).run(from: offset), lines)
  }

  @Test("an arena is listed with plan9port's columns")
  func columns() throws {
    let (isSound, lines) = try print(0)

    #expect(isSound)
    #expect(lines.printed.count == 3397 + 2)
    #expect(
      lines.printed[0]
        == "# arena head version=5 name=arenas00 blocksize=8192 size=3145728 clumpmagic=0x527a84b4")
    #expect(
      lines.printed[1]
        == "                     0 c85978546e4048fce83120d3992cfc2f57ff2f8c   0   389")
    #expect(lines.printed.last == "end offset 3038677")
    #expect(
      lines.noted == [
        "arena='arenas00' [802816,3948544)",
        "\tversion=5 created=1795346500 modified=1795346501 sealed",
        "\tclumps=3,397 compressed clumps=745 data=5,270,109 compressed data=2,909,591 "
          + "disk storage=3,123,602",
      ])
  }

  @Test("the list can begin at an offset")
  func offset() throws {
    let (_, lines) = try print(1, from: 550)

    #expect(
      lines.printed[1]
        == "                   550 e284efe6be66f1fa7ed5982c31a02bef27fe3208   0   512")
    #expect(lines.printed.count == 3044 + 1)
  }

  @Test("a damaged block is told of, and those after it are listed")
  func damage() throws {
    try arenas.partition.flip(at: arenas.arenas[1].start + 8192 + 550 + 38 + 5)

    let (isSound, lines) = try print(1)

    #expect(!isSound)
    #expect(lines.printed.count == 3044 + 1)
    #expect(lines.printed.last == "end offset 2277835")
    #expect(lines.noted.last?.hasPrefix("clump 550 failed to read: ") == true)
  }

  @Test("a wrong magic number is told of, and the block is listed all the same")
  func magic() throws {
    try arenas.partition.overwrite([1, 2, 3, 4], at: arenas.arenas[1].start + 8192 + 1100)

    let (isSound, lines) = try print(1)

    #expect(!isSound)
    #expect(lines.printed.count == 3044 + 2)
    #expect(lines.noted.last == "illegal clump magic number 0x01020304 offset 1100")
  }

  @Test("an arena without its tail is listed by the headers of its clumps, and that is told")
  func noTail() throws {
    let arena = arenas.arenas[1]
    try arenas.partition.overwrite([0, 0, 0, 0], at: arena.start + arena.geometry.tailOffset)

    let (isSound, lines) = try print(1)

    #expect(!isSound)
    #expect(lines.printed.count == 3044 + 2)
    #expect(lines.noted.count == 1)
  }

  @Test("a head that is damaged is told of, after what the tail says")
  func noHead() throws {
    try arenas.partition.overwrite([0, 0, 0, 0], at: arenas.arenas[1].start)
    let lines = Lines()

    #expect(!ArenaPartitionPrinter(arenas, to: lines.output).run())
    #expect(lines.printed.count == 1 + 5 * 3)
    #expect(lines.noted.count == 1)
  }

  @Test("an arena in a file of its own is listed alike")
  func export() throws {
    let (_, lines) = try print(1)
    let path = workshop.directory.appending("arena")
    let file = try FileDescriptor.open(
      path, .writeOnly, options: [.create], permissions: .ownerReadWrite)
    try ArenaExport(arenas.arenas[1]).write(to: file)
    try file.close()

    let copy = Lines()
    let isSound = try ArenaPrinter(Arena(at: 0, in: workshop.partition(path)), to: copy.output)
      .run()

    #expect(isSound)
    #expect(copy.printed == lines.printed)
    #expect(copy.noted.first == "arena='arenas01' [8192,3153920)")
  }

  @Test("no arena where none begins")
  func noArena() throws {
    #expect(throws: StoreError.self) { try Arena(at: 0, in: arenas.partition) }
  }

  @Test("the arenas of a partition are listed with what is indexed of them")
  func partition() throws {
    let lines = Lines()

    #expect(ArenaPartitionPrinter(arenas, to: lines.output).run())
    #expect(lines.printed[0] == "# arena part version=3 blocksize=8192 arenabase=794624")
    #expect(
      lines.printed[1]
        == "arena arenas00 794624 clumps=3,397 cclumps=745 used=3,038,677 uncsize=5,270,109 sealed")
    #expect(lines.printed[2].hasPrefix("\tctime="))
    #expect(lines.printed[3].hasPrefix("\tmtime="))
    #expect(lines.printed.count == 1 + 5 * 3)
  }

  @Test("blocks are counted by size and type, and found by score")
  func counts() throws {
    let lines = Lines()
    var statistics = ClumpStatistics(to: lines.output)

    #expect(try statistics.run(arenas.arenas))
    #expect(lines.printed[0] == "clumps = 6441")
    #expect(lines.printed.contains("40\t34\t0\t0\t0\t0\t0\t0\t0\t0\t7\t17\t9\t1\t0\t0\t0\t0\t0"))
    #expect(
      lines.noted == [
        "reading directory for arena=arenas00 with 3397 entries",
        "reading directory for arena=arenas01 with 3044 entries",
      ])

    let found = Lines()
    let score = try Score("d4ca3aa7276468ee81c5c7aeeecb1a004383bcab")
    #expect(ScoreFinder(to: found.output).run(score, in: arenas))
    #expect(found.printed == ["found 1 occurrences of \(score)"])
    #expect(
      found.noted.contains("found at clump=1 with type=8 size=120 csize=65 position=85"))
  }
}
