/// A named range: an arena in its partition or in the address space of the index, or a section of
/// the index in the numbers of buckets.
public struct NamedRange: Equatable, Sendable {
  /// The name of the arena or the section.
  public let name: String
  /// From START up to, not including, STOP.
  public let range: Range<Int>

  /// Names a range.
  public init(name: String, range: Range<Int>) {
    self.name = name
    self.range = range
  }
}
