/// A clump's place in its arena: how many clumps, and how many bytes of them, come before it.
public struct ClumpPosition: Equatable, Sendable {
  /// The number of the clump, counted from 0.
  public var number: Int
  /// Offset of its header in the data area.
  public var offset: Int

  /// The first clump of an arena.
  public static let first = ClumpPosition(number: 0, offset: 0)

  /// Names a place.
  public init(number: Int, offset: Int) {
    self.number = number
    self.offset = offset
  }

  /// The place after all clumps of some statistics.
  public init(after statistics: ArenaStatistics) {
    self.init(number: statistics.clumpCount, offset: statistics.usedByteCount)
  }
}
