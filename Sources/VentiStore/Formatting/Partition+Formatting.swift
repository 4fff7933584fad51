internal import VentiCore

extension Partition {
  /// Checks that formatting the partition would destroy no store.
  ///
  /// - Parameter magic: what the partition may hold all the same.
  func checkIsUnused(exceptBy magic: UInt32? = nil) throws(StoreError) {
    let contents = [
      (BloomFilter.magic, 0, "a bloom filter"),
      (ArenaPartitionHeader.magic, PartitionLayout.blankByteCount, "arenas"),
      (IndexSectionHeader.magic, PartitionLayout.blankByteCount, "an index section"),
    ]
    for (found, offset, content) in contents
    where found != magic && offset + 4 <= length {
      guard try word(at: offset) != found else { throw .occupied(partition: name, by: content) }
    }
    // What was a store's before may have whatever begins a disk in its blank.
    guard magic == nil, try hasTableOfPartitions() else { return }
    throw .occupied(partition: name, by: "a table of partitions")
  }

  /// Whether the first two sectors are those of a disk that is divided: an MBR, a GPT or Plan 9's table.
  private func hasTableOfPartitions() throws(StoreError) -> Bool {
    let sector = Plan9Disk.sectorByteCount
    guard length >= 2 * sector else { return false }
    let bytes = try read(2 * sector, at: 0).array
    let second = bytes[sector...]
    if second.starts(with: Array("EFI PART".utf8)) || second.starts(with: Array("part ".utf8)) {
      return true
    }
    let types = (0..<4).map { bytes[0x1be + $0 * 16 + 4] }
    return bytes[0x1fe] == 0x55 && bytes[0x1ff] == 0xaa && types.contains { $0 != 0 }
  }

  private func word(at offset: Int) throws(StoreError) -> UInt32 {
    try parse(4, at: offset) { bytes throws(FormatError) in
      var reader = ByteReader(bytes, of: "magic")
      return try reader.uint32()
    }
  }

  /// Writes a text table, and zeros after it up to `end`.
  func writeTable(
    at offset: Int, end: Int, _ write: (inout ByteWriter) -> Void
  ) throws(StoreError) {
    var writer = ByteWriter(capacity: end - offset)
    write(&writer)
    guard writer.bytes.count < end - offset else {
      throw .format(
        partition: name,
        reason: "table of \(writer.bytes.count) bytes, at most \(end - offset) expected")
    }
    writer.pad(to: end - offset)
    try self.write(writer, at: offset)
  }
}
