/// How the file numbers below a directory become unique in the whole archive: an archive that
/// was merged into another keeps its numbers, and is given an offset.
public struct QidSpace: Hashable, Sendable {
  /// What is added to every number below.
  public var offset: UInt64
  /// The greatest number below, before it is added to.
  public var maximum: UInt64

  /// Describes a space of numbers.
  public init(offset: UInt64, maximum: UInt64) {
    self.offset = offset
    self.maximum = maximum
  }
}
