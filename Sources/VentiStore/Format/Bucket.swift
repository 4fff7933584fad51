public import VentiCore

/// A bucket of the index: a disk block of entries, sorted by score and then by type.
///
/// | offset | type | field |
/// |---:|---|---|
/// | 0 | u16 | entries |
/// | 2 | u32 | magic number of the section's buckets; 0 in version 1 |
/// | 6 | | the entries |
public struct Bucket: Sendable {
  /// Bytes before the first entry.
  public static let headerByteCount = 6

  private let block: Block

  /// Entries in the bucket.
  public let count: Int

  /// Whether the bucket claims more entries than there is room for; it then counts as empty.
  public let isOverfull: Bool

  /// Entries that a bucket of `blockSize` bytes has room for.
  public static func capacity(blockSize: Int) -> Int {
    (blockSize - headerByteCount) / IndexEntry.byteCount
  }

  /// Takes a block for a bucket of a section with `magic`, nil in version 1.
  ///
  /// A bucket with another magic number was not written since the section was formatted: it is
  /// empty.
  public init(parsing block: Block, magic: UInt32?) throws(FormatError) {
    var reader = ByteReader(block.bytes, of: "bucket")
    let claimed = try Int(reader.uint16())
    let found = try reader.uint32()
    let isInUse = magic.map { $0 == found } ?? true
    self.block = block
    isOverfull = isInUse && claimed > Self.capacity(blockSize: block.count)
    count = isInUse && !isOverfull ? claimed : 0
  }

  /// Appends a bucket of `blockSize` bytes that holds `entries`, which are in order.
  ///
  /// - Precondition: there is room for them.
  public static func write(
    _ entries: some Collection<IndexEntry>, magic: UInt32?, blockSize: Int,
    to writer: inout ByteWriter
  ) {
    precondition(entries.count <= capacity(blockSize: blockSize))
    let end = writer.bytes.count + blockSize
    writer.uint16(UInt16(entries.count))
    writer.uint32(magic ?? 0)
    for entry in entries { entry.write(to: &writer) }
    writer.pad(to: end)
  }

  /// The entry at `index`, 0 to `count - 1`.
  public func entry(at index: Int) throws(FormatError) -> IndexEntry {
    try IndexEntry(parsing: bytes(at: index))
  }

  /// The entries of a block: those of its score and type, found by bisection.
  ///
  /// More than one when the index was rebuilt from arenas that hold the block more than once.
  public func entries(
    for score: Score, _ type: BlockType
  ) throws(FormatError) -> [IndexEntry] {
    let wanted = (score, type.wireValue)
    var index = try (0..<count).firstPosition { index throws(FormatError) in
      try key(at: index) >= wanted
    }
    var found: [IndexEntry] = []
    while index < count, try key(at: index) == wanted {
      found.append(try entry(at: index))
      index += 1
    }
    return found
  }

  /// Whatever looks like an entry of a block anywhere in the bucket's room, whether it is in
  /// order, in use, or in a bucket that counts as empty.
  ///
  /// A reader that checks what it finds against the score can follow such an entry.
  public func remnants(
    of score: Score, _ type: BlockType
  ) throws(FormatError) -> [IndexEntry] {
    var found: [IndexEntry] = []
    for index in 0..<Self.capacity(blockSize: block.count)
    where try key(at: index) == (score, type.wireValue) {
      found.append(try entry(at: index))
    }
    return found
  }

  /// Whether the entries are in order, and all of them belong to bucket `number` of the index.
  public func isSound(as number: Int, of map: BucketMap) throws(FormatError) -> Bool {
    guard !isOverfull else { return false }
    for index in 0..<count {
      guard try map.bucket(of: key(at: index).0) == number else { return false }
      if index > 0, try key(at: index) < key(at: index - 1) { return false }
    }
    return true
  }

  private func key(at index: Int) throws(FormatError) -> (Score, UInt8) {
    var reader = ByteReader(bytes(at: index), of: "index entry")
    let score = try reader.score()
    try reader.skip(IndexEntry.typeOffset - Score.byteCount)
    return (score, try reader.uint8())
  }

  @_lifetime(borrow self)
  private func bytes(at index: Int) -> RawSpan {
    let start = Self.headerByteCount + index * IndexEntry.byteCount
    return block.bytes.extracting(start..<start + IndexEntry.byteCount)
  }
}
