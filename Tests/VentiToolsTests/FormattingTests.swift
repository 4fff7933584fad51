import SystemPackage
import TestSupport
import Testing
import VentiCore
import VentiStore
import VentiTools

/// The formatting tools: plan9port's messages, and no harm to a store that is there.
struct FormattingTests {
  private let workshop: Workshop
  private let lines = Lines()

  init() throws {
    workshop = try Workshop()
  }

  private var formatter: PartitionFormatter { PartitionFormatter(to: lines.output) }

  private func path(_ name: String) -> String { workshop.directory.appending(name).string }

  /// Formats the store of the documented samples.
  private func makeSample() throws {
    var arenas = ArenaPartitionFormat(name: "t")
    arenas.arenaByteCount = 1 << 20
    _ = try workshop.create("arenas", byteCount: 4 << 20)
    _ = try workshop.create("isect", byteCount: 2 << 20)
    _ = try workshop.create("bloom", byteCount: 3 << 20)
    try formatter.formatArenas(arenas, in: path("arenas"))
    try formatter.formatSection(IndexSectionFormat(name: "s"), in: path("isect"))
    try formatter.formatBloom(
      in: path("bloom"), byteCount: nil, blockCount: nil, hashCount: nil)
  }

  private func sampleParts() throws -> StoreParts {
    StoreParts(
      arenas: [try workshop.partition(FilePath(path("arenas")))], indexName: "main",
      sections: [try workshop.partition(FilePath(path("isect")))])
  }

  @Test("messages are those of the samples")
  func messages() throws {
    try makeSample()
    try IndexFormatter(to: lines.output).run(sampleParts())

    #expect(
      lines.noted == [
        "fmtarenas \(path("arenas")): 3 arenas, 3,399,680 bytes storage, "
          + "524,288 bytes for index map",
        "fmtisect \(path("isect")): 159 buckets of 215 entries, 524,288 bytes for index map",
        "warning: size not a power of 2; only using 2MB",
        "fmtbloom: using 2MB, 32 hashes/score, best up to 372,827 blocks",
        "fmtindex: 3 arenas, 159 index buckets, 3,350,528 bytes storage",
      ])
  }

  @Test("what holds a part of a store is formatted by force only")
  func occupied() throws {
    try makeSample()
    let before = try workshop.partition(FilePath(path("isect"))).digest()
    #expect(throws: ToolError.self) {
      try formatter.formatSection(IndexSectionFormat(name: "s"), in: path("isect"))
    }
    #expect(throws: ToolError.self) {
      try formatter.formatBloom(
        in: path("arenas"), byteCount: 1 << 20, blockCount: nil, hashCount: nil)
    }
    #expect(try workshop.partition(FilePath(path("isect"))).digest() == before)

    var forced = formatter
    forced.overwrites = true
    try forced.formatSection(IndexSectionFormat(name: "other"), in: path("isect"))
    #expect(
      try IndexSection(workshop.partition(FilePath(path("isect")))).header.name == "other")
  }

  @Test("a file is made when its size is given")
  func creates() throws {
    var formatter = formatter
    formatter.fileByteCount = 3 << 20
    try formatter.formatSection(IndexSectionFormat(name: "s"), in: path("new"))
    #expect(try workshop.partition(FilePath(path("new"))).length == 3 << 20)

    formatter.fileByteCount = 4 << 20
    #expect(throws: ToolError.self) {
      try formatter.formatSection(IndexSectionFormat(name: "s"), in: path("new"))
    }
  }

  @Test("laying out an index again changes nothing, and moves no arena")
  func index() throws {
    try makeSample()
    let parts = try sampleParts()
    let formatter = IndexFormatter(to: lines.output)
    try formatter.run(parts)
    let before = try parts.sections[0].digest()
    try formatter.run(parts)
    #expect(try parts.sections[0].digest() == before)

    var second = ArenaPartitionFormat(name: "u")
    second.arenaByteCount = 1 << 20
    _ = try workshop.create("more", byteCount: 3 << 20)
    try self.formatter.formatArenas(second, in: path("more"))
    let more = try workshop.partition(FilePath(path("more")))
    var moved = parts
    moved.arenas.insert(more, at: 0)
    #expect(throws: StoreError.self) { try formatter.run(moved) }
    #expect(try parts.sections[0].digest() == before)

    var longer = parts
    longer.arenas.append(more)
    var adding = formatter
    adding.adds = true
    try adding.run(longer)
    let table = try IndexSection(parts.sections[0]).table()
    #expect(table.arenas.map(\.name) == ["t0", "t1", "t2", "u0", "u1"])
    #expect(table.arenas[3].range.lowerBound == table.arenas[2].range.upperBound)
  }

  @Test("there is nothing to add to without a layout")
  func addsNothing() throws {
    try makeSample()
    var formatter = IndexFormatter(to: lines.output)
    formatter.adds = true
    #expect(throws: StoreError.self) { try formatter.run(sampleParts()) }
  }

  @Test("a configuration is kept in the blank of a partition")
  func configuration() throws {
    try makeSample()
    let partition = try workshop.partition(FilePath(path("arenas")))
    let copy = EmbeddedConfiguration(in: partition)
    #expect(throws: ToolError.file(path: partition.name, reason: "config has bad header")) {
      try copy.read()
    }

    let text = Array("index main\narenas arenas\nisect isect\n".utf8)
    try copy.write(text)
    #expect(try copy.read() == text)
    #expect(
      try StoreConfiguration(contentsOf: FilePath(path("arenas"))).arenas.count == 1)

    #expect(throws: ToolError.self) { try copy.write(Array("nonsense\n".utf8)) }
    #expect(throws: ToolError.self) {
      try copy.write(text + [UInt8](repeating: UInt8(ascii: "\n"), count: 8192))
    }
    #expect(try copy.read() == text)

    let bloom = EmbeddedConfiguration(in: try workshop.partition(FilePath(path("bloom"))))
    #expect(throws: ToolError.self) { try bloom.write(text) }
  }
}
