internal import VentiCore

/// A piece of an arena's log as it was read, and the clumps that are whole in it.
///
/// Only headers are looked at, which lead from one clump to the next. Whether a clump holds what
/// its header says is for the score to tell, once somebody asks for the block.
struct LogWindow: Sendable {
  /// The most clumps that are noted, however small they are.
  static let clumpLimit = 1024

  /// A block, and where in the window the clump begins that should hold it.
  struct Place: Sendable {
    let key: BlockKey
    let offset: Int
  }

  /// The clumps, in the order of the log.
  let places: [Place]
  /// Bytes that these clumps take: after them the log goes on.
  let byteCount: Int
  private let bytes: Block

  /// Follows the headers in `bytes`, which begin where a clump does.
  ///
  /// It ends at the first header that is none, or that of another arena: there the log ends, is
  /// being written, or is damaged.
  init(_ bytes: Block) {
    var places: [Place] = []
    var end = 0
    var magic: UInt32?
    while places.count < Self.clumpLimit, let header = Self.header(at: end, in: bytes),
      header.magic == magic ?? header.magic
    {
      let next = end + header.info.clumpByteCount
      guard next <= bytes.count else { break }
      let key = BlockKey(score: header.info.score, typeValue: header.info.typeValue)
      places.append(Place(key: key, offset: end))
      magic = header.magic
      end = next
    }
    self.places = places
    self.bytes = bytes
    byteCount = end
  }

  /// The block of the clump at an offset, in memory of its own; nil when it is not that of `score`.
  func block(at offset: Int, score: Score) -> Block? {
    guard let header = Self.header(at: offset, in: bytes) else { return nil }
    let start = offset + ClumpHeader.byteCount
    let stored = StoredClump(
      header: header, bytes: bytes[start..<start + header.info.storedSize])
    guard let block = try? stored.block(), block.score == score else { return nil }
    // Who keeps a plain block must not keep all of the window.
    return header.encoding == .plain ? Block(copying: block.bytes) : block
  }

  private static func header(at offset: Int, in bytes: Block) -> ClumpHeader? {
    guard offset + ClumpHeader.byteCount <= bytes.count else { return nil }
    let header = bytes[offset..<offset + ClumpHeader.byteCount]
    return try? ClumpHeader(parsing: header.bytes)
  }
}
