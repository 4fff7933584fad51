/// Describes one stream: a file's bytes, or a directory's entries.
///
/// 40 bytes on disk, integers big-endian:
///
/// | offset | size | field |
/// |---:|---:|---|
/// | 0 | 4 | `generation` (gen) |
/// | 4 | 2 | `pointerSize` (psize), plain or in float form |
/// | 6 | 2 | `leafSize` (dsize), plain or in float form |
/// | 8 | 1 | flags |
/// | 9 | 5 | zeros |
/// | 14 | 6 | `size` |
/// | 20 | 20 | `score` |
///
/// Source: venti(7), and VtEntry in plan9port's libventi.
public struct Entry: Hashable, Sendable {
  /// Bytes of an entry.
  public static let byteCount = 40
  /// The largest stream: 2^48 - 1 bytes.
  public static let maximumSize = 1 << 48 - 1
  /// Block sizes that are sane.
  ///
  /// plan9port sets the lower end; the upper one is far above the 57344 bytes that a server
  /// stores.
  public static let blockSizes = 256...1 << 24

  /// Counts reuses of the slot in its directory.
  public var generation: UInt32
  /// Bytes of a whole pointer block (psize).
  public var pointerSize: Int
  /// Bytes of a whole leaf (dsize).
  public var leafSize: Int
  /// Whether the leaves hold entries, not bytes.
  public var isDirectory: Bool
  /// Levels of pointer blocks above the leaves, 0...7.
  public var depth: Int
  /// Left set by plan9port's vac in most entries; means nothing in an archive.
  public var isLocal: Bool
  /// The stream is not to be archived.
  public var isExcludedFromArchive: Bool
  /// Bytes in the stream, at most `maximumSize`.
  public var size: Int
  /// The tree's top block.
  public var score: Score

  /// Describes a stream.
  public init(
    generation: UInt32 = 0, pointerSize: Int, leafSize: Int, isDirectory: Bool, depth: Int,
    isLocal: Bool = false, isExcludedFromArchive: Bool = false, size: Int, score: Score
  ) {
    self.generation = generation
    self.pointerSize = pointerSize
    self.leafSize = leafSize
    self.isDirectory = isDirectory
    self.depth = depth
    self.isLocal = isLocal
    self.isExcludedFromArchive = isExcludedFromArchive
    self.size = size
    self.score = score
  }

  private enum Flag {
    static let active: UInt8 = 0x01
    static let directory: UInt8 = 0x02
    static let depthShift: UInt8 = 2
    static let local: UInt8 = 0x20
    static let bigSizes: UInt8 = 0x40
    static let excludedFromArchive: UInt8 = 0x80
  }

  /// Reads one slot of a directory block.
  ///
  /// - Returns: nil for a slot that is not in use.
  /// - Throws: when the slot is cut short, or a block size is not in `blockSizes`.
  @_lifetime(reader: copy reader)
  public static func parse(_ reader: inout ByteReader) throws(FormatError) -> Entry? {
    let generation = try reader.uint32()
    let pointerSize = try reader.uint16()
    let leafSize = try reader.uint16()
    let flags = try reader.uint8()
    try reader.skip(5)
    let size = try Int(reader.uint48())
    let score = try reader.score()
    guard flags & Flag.active != 0 else { return nil }

    let isBig = flags & Flag.bigSizes != 0
    var entry = Entry(
      generation: generation, pointerSize: BlockSize.decode(pointerSize, isBig: isBig),
      leafSize: BlockSize.decode(leafSize, isBig: isBig),
      isDirectory: flags & Flag.directory != 0, depth: Int(flags >> Flag.depthShift & 7),
      isLocal: flags & Flag.local != 0,
      isExcludedFromArchive: flags & Flag.excludedFromArchive != 0, size: size, score: score)
    entry.completeOldEmptyFile()
    for (size, back) in [(entry.pointerSize, 36), (entry.leafSize, 34)]
    where !blockSizes.contains(size) {
      throw reader.invalid(back: back, found: "block size \(size)", expected: "\(blockSizes)")
    }
    return entry
  }

  /// Old archives describe an empty file with block sizes of zero.
  private mutating func completeOldEmptyFile() {
    guard pointerSize == 0, leafSize == 0, score == .zero else { return }
    pointerSize = 4096
    leafSize = 4096
  }

  /// Appends the 40 bytes of the entry.
  ///
  /// - Precondition: both block sizes can be represented, see `BlockSize.isRepresentable`.
  public func write(to writer: inout ByteWriter) {
    let isBig = max(pointerSize, leafSize) > UInt16.max
    var flags = Flag.active | UInt8(depth) << Flag.depthShift
    if isDirectory { flags |= Flag.directory }
    if isLocal { flags |= Flag.local }
    if isBig { flags |= Flag.bigSizes }
    if isExcludedFromArchive { flags |= Flag.excludedFromArchive }
    writer.uint32(generation)
    writer.uint16(BlockSize.encode(pointerSize, isBig: isBig))
    writer.uint16(BlockSize.encode(leafSize, isBig: isBig))
    writer.uint8(flags)
    writer.uint8(0)
    writer.uint32(0)
    writer.uint48(UInt64(size))
    writer.score(score)
  }
}

extension Entry {
  /// The type of the leaves.
  public var leafType: BlockType { isDirectory ? .directory : .data }

  /// The block at the top of the tree; nil when the stream is nothing but zeros.
  public var top: BlockAddress? {
    guard size > 0, score != .zero else { return nil }
    return BlockAddress(score, leafType.above(depth), limit: depth == 0 ? leafSize : pointerSize)
  }

  /// Scores in a whole pointer block.
  public var pointersPerBlock: Int { pointerSize / Score.byteCount }

  /// Entries in a whole leaf of a directory stream; they never straddle leaves.
  public var entriesPerBlock: Int { leafSize / Entry.byteCount }

  /// Entries in a directory stream of this size.
  public var entryCount: Int {
    size / leafSize * entriesPerBlock + size % leafSize / Entry.byteCount
  }

  /// The least depth that a tree of `size` bytes needs; an entry may have more.
  public var neededDepth: Int {
    var depth = 0
    var blocks = size / leafSize + (size % leafSize == 0 ? 0 : 1)
    while blocks > 1 {
      blocks = (blocks + pointersPerBlock - 1) / pointersPerBlock
      depth += 1
    }
    return depth
  }
}

/// Sizes of blocks in 16 bits: plain below 65536, above that 11 bits of mantissa and 5 of
/// exponent.
public enum BlockSize {
  static func decode(_ field: UInt16, isBig: Bool) -> Int {
    isBig ? Int(field >> 5) << Int(field & 31) : Int(field)
  }

  static func encode(_ size: Int, isBig: Bool) -> UInt16 {
    guard isBig else { return UInt16(size) }
    let (mantissa, exponent) = floatForm(size)
    precondition(mantissa << exponent == size, "block size cannot be represented")
    return UInt16(mantissa << 5 | exponent)
  }

  /// Whether the float form holds `size` exactly.
  public static func isRepresentable(_ size: Int) -> Bool {
    let (mantissa, exponent) = floatForm(size)
    return mantissa << exponent == size
  }

  private static func floatForm(_ size: Int) -> (mantissa: Int, exponent: Int) {
    var mantissa = size
    var exponent = 0
    while mantissa >= 2048 {
      mantissa /= 2
      exponent += 1
    }
    return (mantissa, exponent)
  }
}
