public import VentiCore

/// Which bucket of an index a score belongs to.
public struct BucketMap: Equatable, Sendable {
  /// Buckets in all sections together.
  public let bucketCount: Int
  /// The width of a bucket in the first four bytes of scores ("div").
  public let divisor: Int

  /// Divides the scores among `bucketCount` buckets; nil when they cannot be divided evenly
  /// enough, as after a damage to the table.
  public init?(bucketCount: Int) {
    guard (1...Int(UInt32.max)).contains(bucketCount) else { return nil }
    self.bucketCount = bucketCount
    divisor = (1 << 32 + bucketCount - 1) / bucketCount
    guard Int(UInt32.max) / divisor + 1 == bucketCount else { return nil }
  }

  /// The bucket of a score.
  public func bucket(of score: Score) -> Int {
    Int(score.words.0 >> 32) / divisor
  }
}
