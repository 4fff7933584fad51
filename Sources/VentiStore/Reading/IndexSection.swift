internal import VentiCore

/// A part of the index: the buckets of a range of scores.
public struct IndexSection: Sendable {
  /// Where the section is kept.
  public let partition: any Partition
  /// Its header.
  public let header: IndexSectionHeader

  /// Describes a section whose header is known.
  init(_ partition: any Partition, header: IndexSectionHeader) {
    self.partition = partition
    self.header = header
  }

  /// Reads the header of a section; nothing else is read.
  public init(_ partition: any Partition) throws(StoreError) {
    self.partition = partition
    header = try partition.parse(
      PartitionLayout.headerByteCount, at: PartitionLayout.blankByteCount
    ) { (bytes) throws(FormatError) in try IndexSectionHeader(parsing: bytes) }
    let end = header.base + header.blockSize * header.buckets.count
    guard end <= partition.length else {
      throw .outside(
        partition: partition.name, offset: header.base, count: end - header.base,
        length: partition.length)
    }
  }

  /// Reads the table of the index that the section belongs to.
  public func table() throws(StoreError) -> IndexTable {
    let offset = header.tableOffset
    let text = try partition.text(at: offset, limit: header.base - offset)
    return try partition.parsing("offset \(offset)") { () throws(FormatError) in
      try IndexTable(parsing: text)
    }
  }

  /// Reads a bucket of the section's range.
  public func bucket(_ number: Int) throws(StoreError) -> Bucket {
    precondition(header.buckets.contains(number))
    let block = try partition.read(header.blockSize, at: offset(ofBucket: number))
    return try partition.parsing("bucket \(number)") { () throws(FormatError) in
      try Bucket(parsing: block, magic: header.bucketMagic)
    }
  }

  /// Where a bucket is in the section's partition.
  func offset(ofBucket number: Int) -> Int {
    header.base + (number - header.buckets.lowerBound) * header.blockSize
  }
}
