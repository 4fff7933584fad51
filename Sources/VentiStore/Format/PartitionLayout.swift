/// Where things stand in an arena partition and in an index section.
///
/// | offset | what |
/// |---:|---|
/// | 0 | blank; `venti.conf` may be kept in its last 8 KiB |
/// | 262144 | header, 512 bytes |
/// | `tableOffset` | text table |
/// | base, in the header | arenas or buckets |
///
/// A bloom filter has no blank: it begins at offset 0.
public enum PartitionLayout {
  /// Bytes at the start of a partition that never hold data; the header follows them.
  public static let blankByteCount = 262_144
  /// Bytes of the header.
  public static let headerByteCount = 512
  /// Room that a formatter gives to the text table.
  public static let tableByteCount = 524_288
  /// The most bytes of a text table that are ever read: 31744 lines of the longest names.
  public static let tableByteLimit = 4 << 20
  /// The greatest block size.
  public static let maximumBlockSize = 65_536
  /// The smallest block size: the least power of two that holds the tail of an arena.
  public static let minimumBlockSize = 256

  /// Whether disk blocks may be `size` bytes long.
  public static func isBlockSize(_ size: Int) -> Bool {
    (minimumBlockSize...maximumBlockSize).contains(size) && size & (size - 1) == 0
  }

  /// Offset of the text table.
  public static func tableOffset(blockSize: Int) -> Int {
    (blankByteCount + headerByteCount).rounded(upTo: blockSize)
  }

  /// Offset at which a formatter puts the first arena or bucket.
  public static func base(blockSize: Int) -> Int {
    (tableOffset(blockSize: blockSize) + tableByteCount).rounded(upTo: blockSize)
  }
}

extension Int {
  /// The least multiple of `unit`, a power of two, that is not less.
  func rounded(upTo unit: Int) -> Int { (self + unit - 1) & ~(unit - 1) }

  /// The greatest multiple of `unit`, a power of two, that is not more.
  func rounded(downTo unit: Int) -> Int { self & ~(unit - 1) }
}
