internal import HeapModule
internal import VacArchive
internal import VentiCore

/// Records of names, in several runs that are each in `ArchiveOrder`, and come as one.
///
/// The records are in a `ByteHeap`. In memory a run has the name that comes next, and no more: so there
/// may be very many of them.
package struct SortedRuns: Sendable {
  /// A record.
  package struct Record {
    package let name: [UInt8]
    /// Of equal names, the one of the least rank comes first, and of equal ranks that of the first run.
    package let rank: Int
    /// What there is to say of it.
    package let value: [UInt8]

    package init(name: [UInt8], rank: Int, value: [UInt8]) {
      (self.name, self.rank, self.value) = (name, rank, value)
    }
  }

  /// The next record of a run.
  private struct Head: Comparable, Sendable {
    let name: [UInt8]
    let rank: Int
    /// Where its value is.
    let value: Range<Int>
    /// Where the run ends.
    let end: Int

    static func < (left: Head, right: Head) -> Bool {
      left.name == right.name
        ? (left.rank, left.end) < (right.rank, right.end)
        : ArchiveOrder.isOrdered(left.name, right.name)
    }
  }

  private static let headerByteCount = 8 + 4 + 4

  let scratch: Scratch
  private var bytes: ByteHeap
  private var heads = Heap<Head>()
  /// Where the run begins that is being added; nil between two of them.
  private var start: Int?

  package init(_ scratch: Scratch) {
    self.scratch = scratch
    bytes = ByteHeap(scratch)
  }

  /// Whether there is no record in any run that has been ended.
  package var isEmpty: Bool { heads.isEmpty }

  /// The name and the rank of what comes next.
  package var first: (name: [UInt8], rank: Int)? { heads.min.map { ($0.name, $0.rank) } }

  /// Adds a record to a run, after those before.
  package mutating func append(_ record: Record) throws(ScratchError) {
    var writer = ByteWriter(
      capacity: Self.headerByteCount + record.name.count + record.value.count)
    writer.uint64(UInt64(record.rank))
    writer.uint32(UInt32(record.name.count))
    writer.uint32(UInt32(record.value.count))
    writer.raw(record.name)
    writer.raw(record.value)
    let place = try bytes.append(writer.bytes)
    start = start ?? place
  }

  /// Ends a run: its records come along with those of the others.
  package mutating func endRun() throws(ScratchError) {
    guard let start = start.take() else { return }
    if let head = try head(at: start, end: bytes.end) { heads.insert(head) }
  }

  /// Takes what comes next; nil after the last record of all.
  package mutating func next() throws(ScratchError) -> Record? {
    guard let head = heads.min else { return nil }
    if let following = try self.head(at: head.value.upperBound, end: head.end) {
      heads.replaceMin(with: following)
    } else {
      heads.removeMin()
    }
    return Record(
      name: head.name, rank: head.rank,
      value: try bytes.bytes(head.value.count, at: head.value.lowerBound))
  }

  private func head(at place: Int, end: Int) throws(ScratchError) -> Head? {
    guard place < end else { return nil }
    let header = try bytes.bytes(Self.headerByteCount, at: place)
    let (rank, nameCount, valueCount) = try scratch.parsing { () throws(FormatError) in
      var reader = ByteReader(Block(header).bytes, of: "record")
      return try (reader.uint64(), Int(reader.uint32()), Int(reader.uint32()))
    }
    let name = place + Self.headerByteCount
    let value = name + nameCount
    return Head(
      name: try bytes.bytes(nameCount, at: name), rank: Int(clamping: rank),
      value: value..<value + valueCount, end: end)
  }
}
