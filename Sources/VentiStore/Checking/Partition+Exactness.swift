internal import VentiCore

extension Partition {
  /// Checks that a structure and zeros after it are all there is in its room.
  func checkIsExact(
    _ what: String, at offset: Int, count: Int, _ write: (inout ByteWriter) -> Void
  ) throws(StoreError) {
    var writer = ByteWriter(capacity: count)
    write(&writer)
    if writer.bytes.count < count { writer.pad(to: count) }
    let found = try read(count, at: offset)
    guard found != Block(writer.bytes) else { return }
    throw .inconsistent(
      place: "partition \(quoted(name)) offset \(offset)",
      reason: "other bytes than those of \(what)")
  }
}

extension ArenaPartition {
  /// Checks header and table to their last byte.
  func checkIsExact() throws(StoreError) {
    try partition.checkIsExact(
      "an arena partition's header", at: PartitionLayout.blankByteCount,
      count: PartitionLayout.headerByteCount
    ) { header.write(to: &$0) }
    let table = ArenaTable(
      arenas: arenas.map {
        NamedRange(name: $0.name, range: $0.start..<$0.start + $0.geometry.length)
      })
    try partition.checkIsExact(
      "the table of arenas", at: header.tableOffset, count: header.base - header.tableOffset
    ) { table.write(to: &$0) }
  }
}

extension IndexSection {
  /// Checks that the section has the table of the index, and nothing after it.
  func checkIsExact(_ table: IndexTable) throws(StoreError) {
    try partition.checkIsExact(
      "the table of index \(quoted(table.name))", at: header.tableOffset,
      count: header.base - header.tableOffset
    ) { table.write(to: &$0) }
  }
}

extension Arena {
  /// Checks head and tail to their last byte.
  func checkIsExact(_ head: ArenaHead, _ tail: ArenaTail) throws(StoreError) {
    try partition.checkIsExact("an arena's head", at: start, count: geometry.blockSize) {
      head.write(to: &$0)
    }
    // Old servers left a second set of numbers in arenas that are sealed, which counts for nothing.
    guard !tail.indexed.isSealed else { return }
    try partition.checkIsExact(
      "an arena's tail", at: start + geometry.tailOffset, count: geometry.blockSize
    ) { tail.write(to: &$0, blockSize: geometry.blockSize) }
    guard tail.seal == .none else { throw inconsistent("has a seal, and is not sealed") }
  }
}
