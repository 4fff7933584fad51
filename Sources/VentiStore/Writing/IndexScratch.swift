internal import VentiCore

/// Entries of a new index on their way to their buckets, put aside where these buckets will be.
///
/// So an index of any size is made in a bounded memory, by reading the directories once: entries
/// go to bins, each for a range of buckets, as they come; then bin after bin is read back, put in
/// order, and written over by its buckets. plan9port's buildindex does likewise.
struct IndexScratch {
  /// A range of buckets, and the entries that belong there.
  struct Bin {
    let section: IndexSection
    let buckets: Range<Int>
    /// Entries that have come.
    fileprivate(set) var entryCount = 0
    /// Bytes of them that are on disk, from where the buckets begin.
    fileprivate(set) var writtenByteCount = 0
    fileprivate var buffer = ByteWriter()

    init(section: IndexSection, buckets: Range<Int>) {
      self.section = section
      self.buckets = buckets
    }

    /// Whether there is room for all entries where the buckets will be; if not, the directories have
    /// to be read again for them.
    var holdsAll: Bool {
      entryCount * IndexEntry.byteCount <= buckets.count * section.header.blockSize
    }

    /// Where the buckets end that hold what was put aside, and so have to be written, if only empty.
    var endOfUsed: Int {
      let blockSize = section.header.blockSize
      return buckets.lowerBound + (writtenByteCount + blockSize - 1) / blockSize
    }
  }

  private(set) var bins: [Bin]
  private let index: Index
  private let bufferByteCount: Int

  /// Makes bins for ranges of buckets, each within a section.
  ///
  /// - Parameters:
  ///   - count: how many there are about.
  ///   - memoryByteCount: bytes of all buffers together.
  init(_ index: Index, _ ranges: [Range<Int>], count: Int, memoryByteCount: Int) {
    self.index = index
    let bucketCount = max(1, ranges.reduce(0) { $0 + $1.count })
    bins = ranges.flatMap { range -> [Bin] in
      guard let section = index.section(ofBucket: range.lowerBound) else { return [] }
      let parts = max(1, min(range.count, (count * range.count + bucketCount - 1) / bucketCount))
      return range.split(into: parts).map { Bin(section: section, buckets: $0) }
    }
    .sorted { $0.buckets.lowerBound < $1.buckets.lowerBound }
    bufferByteCount = min(max(memoryByteCount / max(1, bins.count), 4096), 1 << 20)
  }

  /// Takes an entry, if it belongs to any of the bins.
  mutating func add(_ entry: IndexEntry) throws(StoreError) {
    guard let number = bin(of: index.map.bucket(of: entry.score)) else { return }
    bins[number].entryCount += 1
    guard bins[number].holdsAll else { return }
    entry.write(to: &bins[number].buffer)
    if bins[number].buffer.bytes.count >= bufferByteCount { try bins[number].flush() }
  }

  /// Gives back the entries of a bin that holds all of its, in the order in which they came.
  mutating func takeEntries(of number: Int) throws(StoreError) -> [IndexEntry] {
    try bins[number].flush()
    bins[number].buffer = ByteWriter()
    return try bins[number].entries()
  }

  /// The numbers of the bins: each that holds all of its by itself, others with the neighbours that do
  /// not either.
  var groups: [Range<Int>] {
    var groups: [Range<Int>] = []
    for (number, bin) in bins.enumerated() {
      if let last = groups.last, !bin.holdsAll, !bins[last.lowerBound].holdsAll,
        bins[number - 1].buckets.upperBound == bin.buckets.lowerBound
      {
        groups[groups.count - 1] = last.lowerBound..<number + 1
      } else {
        groups.append(number..<number + 1)
      }
    }
    return groups
  }

  /// Gives back bins that do not hold all of theirs, for which the directories have to be read again.
  mutating func drop(_ numbers: Range<Int>) -> [Bin] {
    for number in numbers { bins[number].buffer = ByteWriter() }
    return Array(bins[numbers])
  }

  private func bin(of bucket: Int) -> Int? {
    let number = bins.firstPosition { bucket < $0.buckets.upperBound }
    return number < bins.count && bins[number].buckets.contains(bucket) ? number : nil
  }
}

extension IndexScratch.Bin {
  /// Puts what has come after the rest.
  fileprivate mutating func flush() throws(StoreError) {
    guard !buffer.bytes.isEmpty else { return }
    let offset = section.offset(ofBucket: buckets.lowerBound) + writtenByteCount
    try section.partition.write(buffer, at: offset)
    writtenByteCount += buffer.bytes.count
    buffer.removeAll()
  }

  fileprivate func entries() throws(StoreError) -> [IndexEntry] {
    let start = section.offset(ofBucket: buckets.lowerBound)
    let block = try section.partition.read(writtenByteCount, at: start)
    return try section.partition.parsing("offset \(start)") { () throws(FormatError) in
      var reader = ByteReader(block.bytes, of: "entries put aside")
      var entries: [IndexEntry] = []
      entries.reserveCapacity(entryCount)
      while reader.remaining > 0 {
        entries.append(try IndexEntry(parsing: try reader.span(IndexEntry.byteCount)))
      }
      return entries
    }
  }
}
