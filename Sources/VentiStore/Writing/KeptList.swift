internal import VentiCore

/// A place in the blank of an index section where a store keeps a list for its next start.
///
/// | offset | type | field |
/// |---:|---|---|
/// | 0 | u64 | magic |
/// | 8 | u32 | bytes of the body |
/// | 12 | score | score of the body |
/// | 32 | | body |
struct KeptList {
  static let headerByteCount = 32

  let name: StaticString
  let magic: UInt64
  /// Where the list begins, and what it may take.
  let range: Range<Int>

  /// The most bytes of a body.
  var bodyLimit: Int { range.count - Self.headerByteCount }

  /// Writes a list, which is not safe before a sync.
  ///
  /// - Precondition: there is room for it.
  func write(_ body: ByteWriter, to partition: any Partition) throws(StoreError) {
    precondition(body.bytes.count <= bodyLimit)
    var writer = ByteWriter()
    writer.uint64(magic)
    writer.uint32(UInt32(body.bytes.count))
    writer.score(body.withBytes { Score(of: $0) })
    writer.raw(body.bytes)
    try partition.write(writer, at: range.lowerBound)
  }

  /// The body of the list that a partition holds; nil when it holds none, or a torn one.
  func body(in partition: any Partition) throws(StoreError) -> Block? {
    let block = try partition.read(range.count, at: range.lowerBound)
    return try? body(of: block)
  }

  /// The score that stands before the list, which tells it from others; nil when there is no list.
  func score(in partition: any Partition) throws(StoreError) -> Score? {
    let block = try partition.read(Self.headerByteCount, at: range.lowerBound)
    var reader = ByteReader(block.bytes, of: name)
    return try? header(&reader).score
  }

  private func body(of block: Block) throws(FormatError) -> Block {
    var reader = ByteReader(block.bytes, of: name)
    let (count, score) = try header(&reader)
    let body = Block(copying: try reader.span(count))
    guard Score(of: body.bytes) == score else {
      throw reader.invalid(found: "another list", expected: "that of score \(score)")
    }
    return body
  }

  private func header(
    _ reader: inout ByteReader
  ) throws(FormatError) -> (byteCount: Int, score: Score) {
    try reader.magic(UInt32(magic >> 32))
    try reader.magic(UInt32(truncatingIfNeeded: magic))
    return (try reader.count32(), try reader.score())
  }
}
