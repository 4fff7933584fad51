/// What a check of a store found.
public struct CheckReport: Sendable, Equatable {
  /// Something that is not as it should be.
  public struct Problem: Sendable, Equatable {
    /// What it concerns, which says whether it can be made anew.
    public enum Part: Sendable, Equatable {
      /// An arena: data, which is never made up.
      case arena
      /// The index, which can be made anew from the arenas.
      case index
      /// The bloom filter, likewise.
      case bloom
    }

    /// What it concerns.
    public let part: Part
    /// What is wrong.
    public let error: StoreError
  }

  /// The most problems that are kept; the rest is counted.
  public static let problemLimit = 1000

  /// Arenas that were looked at.
  public internal(set) var arenaCount = 0
  /// Arenas whose seal was computed again.
  public internal(set) var sealCount = 0
  /// Clumps that were read and scored.
  public internal(set) var clumpCount = 0
  /// Clumps that are marked as damaged, by a server that knew.
  public internal(set) var markedCount = 0
  /// Clumps that the index need not have yet.
  public internal(set) var unindexedCount = 0
  /// Bytes of blocks.
  public internal(set) var blockByteCount = 0
  /// Entries of the index.
  public internal(set) var entryCount = 0
  /// All that is wrong, up to `problemLimit`.
  public internal(set) var problems: [Problem] = []
  /// How much is wrong.
  public internal(set) var problemCount = 0

  /// Whether nothing is wrong.
  public var isSound: Bool { problemCount == 0 }

  mutating func note(_ part: Problem.Part, _ error: StoreError) {
    problemCount += 1
    if problems.count < Self.problemLimit { problems.append(Problem(part: part, error: error)) }
  }

  /// Runs a part of a check that ends with the first problem.
  mutating func noting(_ part: Problem.Part, _ check: () throws(StoreError) -> Void) {
    do throws(StoreError) {
      try check()
    } catch {
      note(part, error)
    }
  }

  /// Adds what was found elsewhere.
  mutating func add(_ other: CheckReport) {
    arenaCount += other.arenaCount
    sealCount += other.sealCount
    clumpCount += other.clumpCount
    markedCount += other.markedCount
    unindexedCount += other.unindexedCount
    blockByteCount += other.blockByteCount
    entryCount += other.entryCount
    problemCount += other.problemCount
    problems += other.problems.prefix(Self.problemLimit - problems.count)
  }
}
