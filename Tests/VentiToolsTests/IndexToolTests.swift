import SystemPackage
import TestSupport
import Testing
import VentiCore
import VentiStore
import VentiTools

/// checkindex finds what is wrong with an index, and buildindex makes it right.
struct IndexToolTests {
  private let workshop: Workshop
  private let store: FilePath
  private let parts: StoreParts
  private let base = 794_624

  init() throws {
    workshop = try Workshop()
    store = try workshop.fixture()
    parts = try workshop.parts(store)
  }

  private func check() throws -> (IndexChecker.Finding, Lines) {
    let lines = Lines()
    return (try IndexChecker(to: lines.output).run(parts), lines)
  }

  @Test("plan9port's index is found right")
  func right() throws {
    let (finding, lines) = try check()

    #expect(finding == .init())
    #expect(lines.printed == [])
    #expect(
      lines.noted == [
        "checkindex: building entry list", "constructing entry list",
        "\tarena arenas00: 3397 entries", "\tarena arenas01: 3044 entries",
        "checkindex: checking 6441 entries", "bloom filter: correct",
        "checkindex: index is correct",
      ])
  }

  @Test("lost, foreign and wrong entries are listed, and built anew", arguments: [true, false])
  func wrong(onlySection: Bool) throws {
    let section = parts.sections[0]
    let entries = try IndexSection(section).bucket(20).count
    // Bucket 20 becomes empty.
    try section.overwrite([0, 0], at: base + 20 * 8192)
    // The first entry of bucket 30 points elsewhere.
    try section.overwrite([0xff], at: base + 30 * 8192 + 6 + 32)
    // The first entry of bucket 40 has another size.
    try section.overwrite([0xff], at: base + 40 * 8192 + 6 + 37)

    let (finding, lines) = try check()

    #expect(finding == .init(spurious: 1, missing: entries + 1, wrong: 1))
    #expect(lines.printed.first == "# diff actual correct")
    #expect(lines.printed[1] == "\(section.name) block 0xea000")
    #expect(lines.printed.count { $0.hasPrefix("> ") } == entries + 2)
    #expect(lines.printed.count { $0.hasPrefix("< ") } == 2)
    #expect(
      lines.noted.contains(
        "checkindex: 1 spurious entries, \(entries + 1) missing, 1 wrong"))
    #expect(lines.noted.last == "errors found")

    let built = Lines()
    let scope: IndexBuilder.Scope =
      onlySection ? .sections(["isect0"], bloom: false) : .all
    try IndexBuilder(to: built.output).run(parts, scope)
    #expect(built.noted.first == "6,441 clumps, 159 buckets")
    #expect(built.untimed.last == "done arenaentries=6,441 indexed=6,441 (nskip=0)")
    #expect(try check().0.isSound)
    let found = try ReadOnlyStore(opening: store)
    #expect(found.problems == [])
    #expect(try found.read(ArchiveFixture.zoo8k.root).count == 300)
  }

  @Test("an index that is made anew loses no block for a tail that counts too few clumps")
  func wrongCount() throws {
    let arena = try parts.openArenas()[0].arenas[1]
    var tail = try arena.tail()
    tail.written.clumpCount -= 5
    tail.indexed = tail.written
    var writer = ByteWriter()
    tail.write(to: &writer, blockSize: arena.geometry.blockSize)
    try arena.partition.overwrite(writer.bytes, at: arena.start + arena.geometry.tailOffset)

    let built = Lines()
    try IndexBuilder(to: built.output).run(parts, .all)

    #expect(built.untimed.last?.contains("indexed=6,441 ") == true)
  }

  @Test("a bloom filter that lacks blocks is told of, and made anew")
  func bloom() throws {
    let bloom = try #require(parts.bloom)
    try bloom.overwrite([UInt8](repeating: 0, count: 4096), at: 4096)

    let (finding, lines) = try check()
    #expect(finding.isIndexSound)
    #expect(finding.missingFromBloom > 0)
    #expect(lines.noted.last == "errors found")

    let built = Lines()
    try IndexBuilder(to: built.output).run(parts, .sections([], bloom: true))
    #expect(built.untimed.last == "done arenaentries=6,441 indexed=0 (nskip=0)")
    #expect(try check().0.isSound)
  }

  @Test("clumps that are marked as damaged are counted as skipped, with a bloom filter and without")
  func skipped() throws {
    let arena = try parts.openArenas()[0].arenas[1]
    try arena.partition.overwrite([255], at: arena.start + arena.geometry.directoryBlockOffset(0))
    var parts = parts
    for scope in [.all, .sections(["isect0"], bloom: true)] as [IndexBuilder.Scope] {
      for bloom in [parts.bloom, nil] {
        parts.bloom = bloom
        let built = Lines()
        try IndexBuilder(to: built.output).run(parts, scope)
        #expect(built.untimed.last?.hasSuffix("(nskip=1)") == true, "\(built.untimed)")
      }
      parts.bloom = self.parts.bloom
    }
  }

  @Test("a section that is not there cannot be built")
  func unknownSection() throws {
    #expect(throws: StoreError.self) {
      try IndexBuilder(to: Lines().output).run(parts, .sections(["nosuch"], bloom: false))
    }
    #expect(try check().0.isSound)
  }

  @Test("an index is described with its sections and addresses")
  func description() throws {
    let index = try #require(ReadOnlyStore(opening: store).index)
    #expect(
      IndexDescription.lines(of: index).prefix(4) == [
        "index=main version=1 blocksize=8192 tabsize=524288", "\tbuckets=159 div=27012373",
        "\tsect=isect0 for buckets [0,159)", "\tarena=arenas00 at [1048576,4177920)",
      ])
  }
}
