public import VentiCore

/// The header of a bloom filter, at offset 0 of its partition, and where its bits are.
///
/// | offset | type | field |
/// |---:|---|---|
/// | 0 | u32 | magic b1004ead |
/// | 4 | u32 | version, 1 |
/// | 8 | u32 | hashes to a score, 1 to 32 |
/// | 12 | u32 | size in bytes, header included |
/// | 16 | | bits; bit x is bit x mod 8 of byte x / 8 |
///
/// The first 128 bits lie under the header. plan9port's server sets them in memory and loses
/// them when it saves the filter, so that it no longer finds those blocks; we take them for set.
public struct BloomFilter: Equatable, Sendable {
  static let magic: UInt32 = 0xb100_4ead
  static let version: UInt32 = 1

  /// Bytes of the header.
  public static let headerByteCount = 16
  /// The most hashes to a score.
  public static let maximumHashCount = 32
  /// The sizes that a filter may have; each is a power of two.
  public static let byteCounts = headerByteCount...(1 << 29)
  /// The least size that a formatter gives when it is not told how many blocks there will be.
  static let minimumFormatByteCount = 1 << 20

  private static let headerBitCount = UInt32(headerByteCount * 8)

  /// Bits that each score sets.
  public let hashCount: Int
  /// Bytes of the filter, header included.
  public let byteCount: Int

  /// Describes a filter; nil for numbers that none has.
  public init?(hashCount: Int, byteCount: Int) {
    guard
      (1...Self.maximumHashCount).contains(hashCount), Self.byteCounts.contains(byteCount),
      byteCount & (byteCount - 1) == 0
    else { return nil }
    self.hashCount = hashCount
    self.byteCount = byteCount
  }

  /// Parses the header's 16 bytes.
  public init(parsing bytes: RawSpan) throws(FormatError) {
    var reader = ByteReader(bytes, of: "bloom filter header")
    try reader.magic(Self.magic)
    let version = try reader.uint32()
    guard version == Self.version else {
      throw reader.invalid(back: 4, found: "version \(version)", expected: "\(Self.version)")
    }
    let hashes = try reader.count32()
    let size = try reader.count32()
    guard let filter = BloomFilter(hashCount: hashes, byteCount: size) else {
      throw reader.invalid(
        back: 8, found: "\(hashes) hashes in \(size) bytes",
        expected: "1 to 32 hashes in a power of two from 16 to 2^29 bytes")
    }
    self = filter
  }

  /// Appends the header.
  public func write(to writer: inout ByteWriter) {
    writer.uint32(Self.magic)
    writer.uint32(Self.version)
    writer.uint32(UInt32(hashCount))
    writer.uint32(UInt32(byteCount))
  }

  /// The bits of a score that are not under the header, where they count as set.
  public func bits(of score: Score) -> [Int] {
    let (first, second) = Self.seeds(of: score)
    let mask = UInt32(truncatingIfNeeded: byteCount * 8 - 1)
    var hash = first
    return [Int](capacity: hashCount) { bits in
      for _ in 0..<hashCount {
        // Before the reduction the format spares the header, and after it forgets to.
        let bit = max(hash, Self.headerBitCount) & mask
        if bit >= Self.headerBitCount { bits.append(Int(bit)) }
        hash &+= second
      }
    }
  }

  /// The first hash and the step to the next, from the last 16 bytes of the score as
  /// little-endian words.
  private static func seeds(of score: Score) -> (UInt32, UInt32) {
    let (high, middle, low) = score.words
    let first = UInt32(truncatingIfNeeded: high) ^ UInt32(truncatingIfNeeded: middle)
    let second = UInt32(middle >> 32) ^ low
    return (first.byteSwapped, second.byteSwapped)
  }
}

extension BloomFilter {
  /// Picks the numbers of a filter as plan9port's fmtbloom does.
  ///
  /// - Parameters:
  ///   - room: bytes that there are; what exceeds a power of two, or 512 MiB, stays unused.
  ///   - blockCount: how many blocks the filter is for; it is made smaller where that suffices.
  ///   - hashCount: bits that each score sets, when `blockCount` is not given.
  /// - Returns: nil when the room is under 1 MiB, or the hashes are too many.
  public init?(formatting room: Int, blockCount: Int? = nil, hashCount: Int? = nil) {
    guard room >= Self.minimumFormatByteCount else { return nil }
    let room = min(room, Self.byteCounts.upperBound)
    var byteCount = 1 << (Int.bitWidth - 1 - room.leadingZeroBitCount)
    var hashes = hashCount ?? 0
    if let blockCount, blockCount > 0 {
      while byteCount > Self.headerByteCount, byteCount / 8 >= blockCount { byteCount /= 2 }
      hashes = min(Self.maximumHashCount, byteCount * 8 / blockCount * 7 / 10)
    }
    self.init(hashCount: hashes == 0 ? Self.maximumHashCount : hashes, byteCount: byteCount)
  }
}
