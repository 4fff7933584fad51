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
