/// Where things stand in an arena; all offsets count from its first byte.
///
/// | offset | what |
/// |---:|---|
/// | 0 | head block |
/// | block size | clumps, packed without gaps; then a zero u32, then undefined bytes |
/// | … | directory of the clumps, whose blocks grow downwards |
/// | length - block size | tail block |
public struct ArenaGeometry: Equatable, Sendable {
  /// The most bytes of an arena, far more than any has: no sum of offsets overflows.
  public static let maximumLength = 1 << 47

  /// Bytes of a disk block.
  public let blockSize: Int
  /// Bytes of the arena, head and tail included.
  public let length: Int

  /// Describes an arena; nil when it has no room for a block between head and tail, or is too long.
  public init?(blockSize: Int, length: Int) {
    guard
      PartitionLayout.isBlockSize(blockSize), (3 * blockSize...Self.maximumLength).contains(length)
    else { return nil }
    self.blockSize = blockSize
    self.length = length
  }

  /// Offset of the first clump, from which the offsets of clumps count.
  public var dataOffset: Int { blockSize }
  /// Bytes between head and tail, directory included: the room in the address space of the index.
  public var size: Int { length - 2 * blockSize }
  /// Offset of the tail.
  public var tailOffset: Int { length - blockSize }
  /// Clumps to a block of the directory.
  public var entriesPerDirectoryBlock: Int { blockSize / ClumpInfo.byteCount }

  /// Bytes that the directory of `clumpCount` clumps is counted as when room is computed.
  ///
  /// One block too many when the count fills its blocks, as the format has it.
  public func directoryByteCount(clumpCount: Int) -> Int {
    (clumpCount / entriesPerDirectoryBlock + 1) * blockSize
  }

  /// Offset of a block of the directory: block 0 stands right below the tail.
  public func directoryBlockOffset(_ block: Int) -> Int {
    tailOffset - (block + 1) * blockSize
  }

  /// Whether an arena with these statistics is possible.
  public func holds(_ statistics: ArenaStatistics) -> Bool {
    statistics.usedByteCount + directoryByteCount(clumpCount: statistics.clumpCount) <= size
  }

  /// Whether a clump of `storedSize` bytes still goes into an arena with these statistics.
  ///
  /// Four bytes are for the mark at the end of the log, and four are to spare.
  public func hasRoom(storedSize: Int, after statistics: ArenaStatistics) -> Bool {
    hasRoom(for: ArenaRoom().adding(storedSize: storedSize), after: statistics)
  }

  /// Whether clumps all still go into an arena with these statistics.
  func hasRoom(for clumps: ArenaRoom, after statistics: ArenaStatistics) -> Bool {
    guard !statistics.isSealed else { return false }
    let data = statistics.usedByteCount + clumps.byteCount + 8
    let clumpCount = statistics.clumpCount + clumps.clumpCount
    // The tail counts clumps in 32 bits.
    return clumpCount <= UInt32.max && data + directoryByteCount(clumpCount: clumpCount) <= size
  }
}
