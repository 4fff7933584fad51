internal import VentiCore

/// The sizes of the blocks that an archive is written in.
public struct BlockLayout: Hashable, Sendable {
  /// The block size when nothing else is asked for.
  public static let defaultBlockSize = 8192
  /// From plan9port's smallest to the largest block that a server stores.
  public static let blockSizes = 512...57344

  /// Bytes of a leaf.
  public let leafSize: Int

  /// The layout of archives of this block size.
  public init(blockSize: Int = defaultBlockSize) throws(ArchiveError) {
    guard Self.blockSizes.contains(blockSize) else {
      throw .unstorable("block size \(blockSize): \(Self.blockSizes) expected")
    }
    leafSize = blockSize
  }

  /// The layout with leaves of a size that is known to be good.
  private init(leafSize: Int) {
    self.leafSize = leafSize
  }

  /// Bytes of a pointer block: whole scores.
  public var pointerSize: Int { leafSize / Score.byteCount * Score.byteCount }

  /// The layout of metadata streams: the same, but that any record fits into a leaf.
  var forMetadata: BlockLayout { BlockLayout(leafSize: max(leafSize, Self.leastMetadataSize)) }

  /// Holds a record with a name, an owner and a group of 255 bytes each, and all Unix metadata
  /// but attributes.
  private static let leastMetadataSize = 1024

  /// The entry of a stream without a byte.
  func emptyEntry(isDirectory: Bool) -> Entry {
    Entry(
      pointerSize: pointerSize, leafSize: leafSize, isDirectory: isDirectory, depth: 0, size: 0,
      score: .zero)
  }
}
