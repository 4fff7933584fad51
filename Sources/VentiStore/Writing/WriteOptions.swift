internal import Posix

/// How a store that is written to works.
public struct WriteOptions: Sendable {
  /// Seconds after which what was written is made safe without being asked.
  public var syncIntervalSeconds = 5.0
  /// Seconds after which the index is brought up to date.
  public var indexIntervalSeconds = 60.0
  /// Bytes of blocks that wait to be written to the arenas; writers wait beyond that.
  public var unwrittenByteLimit = 16 << 20
  /// Bytes of blocks that are promised, and wait to be compressed; writers compress themselves beyond
  /// that.
  public var unpackedByteLimit = 4 << 20
  /// Clumps that wait to be entered in the index; writers wait beyond that.
  public var unindexedClumpLimit = 1 << 18
  /// Clumps that may be left for the next opening, or a later one, to enter in the index.
  ///
  /// They are found in the directories of arenas in moments, while to index a few takes a write of a
  /// bucket each. Readers find them too, and plan9port's server indexes them when it starts.
  public var unindexedAtEndLimit = 0
  /// Whether blocks are compressed.
  public var compresses = true
  /// Told, in a line each, what the store does that its owner should know of: what is made anew and
  /// why, and blocks for which the index has no room.
  public var notice: @Sendable (String) -> Void = { _ in }
  /// Told, once, of the error after which nothing is written; whoever writes or syncs is told as well.
  public var failure: @Sendable (String) -> Void = { _ in }
  /// The time of day, in seconds since 1970.
  public var now: @Sendable () -> UInt32 = { WallClock.seconds }

  /// Syncs every 5 s, and about 64 MiB of memory at the most.
  public init() {}

  /// What a clump that is not in the index takes in memory.
  static let unindexedClumpByteCount = 256

  /// Bytes of memory that blocks and clumps take at the most.
  public var memoryByteCount: Int {
    unwrittenByteLimit + unpackedByteLimit + unindexedClumpLimit * Self.unindexedClumpByteCount
  }

  /// What a configuration asks for.
  public init(_ configuration: StoreConfiguration) {
    if let bytes = configuration.bcmemBytes {
      unwrittenByteLimit = max(bytes, Self.minimumUnwrittenByteLimit)
    }
    if let bytes = configuration.icmemBytes {
      unindexedClumpLimit = max(
        bytes / Self.unindexedClumpByteCount, Self.minimumUnindexedClumpLimit)
    }
  }

  private static let minimumUnwrittenByteLimit = 1 << 20
  private static let minimumUnindexedClumpLimit = 4096
}
