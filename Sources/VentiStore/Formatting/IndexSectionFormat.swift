internal import VentiCore

/// How an index section is made: plan9port's fmtisect.
public struct IndexSectionFormat: Sendable {
  /// The name of the section.
  public var name: String
  /// Bytes of a bucket.
  public var blockSize = ArenaPartitionFormat.defaultBlockSize
  /// Whether buckets that were not written since count as empty (version 2).
  ///
  /// In version 1 all buckets are made zero.
  public var hasBucketMagic = true

  /// A section of version 2 with buckets of 8 KiB.
  public init(name: String) {
    self.name = name
  }

  /// Formats a partition; which buckets it has is for `IndexLayout` to say.
  ///
  /// - Parameter overwrites: whether to destroy a store that the partition holds.
  public func apply(
    to partition: any Partition, overwrites: Bool = false
  ) throws(StoreError) -> IndexSection {
    let header = try header(for: partition)
    if !overwrites { try partition.checkIsUnused() }
    let section = IndexSection(partition, header: header)
    try section.format()
    return section
  }

  /// The header of a new section that is laid out by nobody yet.
  func header(for partition: any Partition) throws(StoreError) -> IndexSectionHeader {
    guard PartitionLayout.isBlockSize(blockSize) else {
      throw .format(
        partition: partition.name,
        reason: "block size \(blockSize) is no power of two "
          + "from \(PartitionLayout.minimumBlockSize) to \(PartitionLayout.maximumBlockSize)")
    }
    guard DiskName.isValid(name) else {
      throw .format(partition: partition.name, reason: "\(quoted(name)) is no name for a section")
    }
    let base = PartitionLayout.base(blockSize: blockSize)
    let blockCount = partition.length / blockSize - base / blockSize
    guard (1...Int(UInt32.max)).contains(blockCount) else {
      throw .format(
        partition: partition.name,
        reason: "\(partition.length) bytes, at least \(base + blockSize) needed for one bucket")
    }
    return IndexSectionHeader(
      name: name, indexName: "", blockSize: blockSize, base: base, blockCount: blockCount,
      buckets: 0..<0, bucketMagic: hasBucketMagic ? .random(in: 1...UInt32.max) : nil)
  }
}

extension IndexSection {
  /// Writes the header of a section that nobody has laid out yet, over whatever was there.
  func format() throws(StoreError) {
    if header.bucketMagic == nil {
      try partition.writeZeros(header.blockCount * header.blockSize, at: header.base)
    }
    try partition.writeTable(at: header.tableOffset, end: header.base) { _ in }
    try partition.sync()
    try partition.write(header)
    try partition.sync()
  }
}

extension Partition {
  /// Writes the header of a section.
  func write(_ header: IndexSectionHeader) throws(StoreError) {
    var writer = ByteWriter()
    header.write(to: &writer)
    try write(writer, at: PartitionLayout.blankByteCount)
  }
}
