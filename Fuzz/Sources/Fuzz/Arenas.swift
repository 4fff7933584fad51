import VentiCore
import VentiStore
import VentiTools

/// Arenas: heads, tails, the header and the table of their partition, and a whole arena that is
/// walked, listed, checked and mended.
enum Arenas {
  private static let blockSize = 512
  private static let name = "arena0"
  private static let magic: UInt32 = 0x1234_5678

  static func run(_ bytes: [UInt8]) {
    let input = Block(bytes)
    if let head = try? ArenaHead(parsing: input.bytes) {
      var writer = ByteWriter()
      head.write(to: &writer)
      expect(
        (try? ArenaHead(parsing: Block(writer.bytes).bytes)) == head, "a head is what was written")
    }
    if let tail = try? ArenaTail(parsing: input.bytes) {
      var writer = ByteWriter()
      tail.write(to: &writer, blockSize: max(blockSize, input.count))
      expect(
        (try? ArenaTail(parsing: Block(writer.bytes).bytes)) == tail, "a tail is what was written")
    }
    check(bytes)
    _ = try? ArenaPartitionHeader(parsing: input.bytes)
    _ = try? ArenaTable(parsing: bytes)
    walk(bytes)
  }

  /// Checks a partition of one arena, which is the input.
  private static func check(_ bytes: [UInt8]) {
    let tableOffset = PartitionLayout.tableOffset(blockSize: blockSize)
    let base = tableOffset + blockSize
    let length = max(3, (bytes.count + blockSize - 1) / blockSize) * blockSize
    var writer = ByteWriter(capacity: base + length)
    writer.pad(to: PartitionLayout.blankByteCount)
    ArenaPartitionHeader(blockSize: blockSize, base: base).write(to: &writer)
    writer.pad(to: tableOffset)
    ArenaTable(arenas: [NamedRange(name: name, range: base..<base + length)]).write(to: &writer)
    writer.pad(to: base)
    writer.raw(bytes)
    writer.pad(to: base + length)
    let parts = StoreParts(
      arenas: [MemoryPartition(writer.bytes)], indexName: "main", sections: [])
    _ = try? StoreChecker(parts).run(threads: 1)
    guard let partition = try? ArenaPartition(parts.arenas[0]) else { return }
    let output = ToolOutput(print: { _ in }, note: { _ in })
    _ = ArenaPartitionPrinter(partition, to: output).run()
    _ = SealVerifier(to: output).verify(partition, names: [])
    _ = ScoreFinder(to: output).run(Block(bytes).score, in: partition)
    var statistics = ClumpStatistics(to: output)
    _ = try? statistics.run(partition.arenas)
    mirror(partition, length: base + length)
    _ = ArenaChecker(to: output).run(partition, names: [])
  }

  /// Copies the arena to a partition that is all zeros but for its table.
  private static func mirror(_ source: ArenaPartition, length: Int) {
    let target = MemoryPartition([UInt8](repeating: 0, count: length))
    guard
      let table = try? source.partition.read(source.header.base, at: 0),
      (try? target.write(table.bytes, at: 0)) != nil,
      let copy = try? ArenaPartition(target), let all = try? ArenaNumbers("0-")
    else { return }
    var mirror = ArenaMirror(to: ToolOutput(print: { _ in }, note: { _ in }))
    _ = try? mirror.run(from: source, to: copy, all)
  }

  /// Puts the input where an arena has clumps, directory and tail, behind a good head.
  private static func walk(_ bytes: [UInt8]) {
    let length = max(3, (bytes.count + blockSize - 1) / blockSize + 1) * blockSize
    var writer = ByteWriter()
    ArenaHead(version: .five, name: name, blockSize: blockSize, length: length, clumpMagic: magic)
      .write(to: &writer)
    writer.pad(to: blockSize)
    writer.raw(bytes.prefix(length - blockSize))
    writer.pad(to: length)
    let partition = MemoryPartition(writer.bytes)
    guard let arena = try? Arena(at: 0, in: partition) else { return }
    _ = RootCatalog(of: [arena]).look()
    let output = ToolOutput(print: { _ in }, note: { _ in })
    _ = try? ArenaPrinter(arena, to: output).run()
    _ = try? ArenaSender(to: output).send(arena, to: nil)
    guard let repair = try? ArenaRepair(of: arena), !repair.tail.written.isSealed else { return }
    try? repair.apply()
    expect((try? arena.tail()) != nil, "an arena that was mended has a tail")
  }
}
