/// A clump as the directory of its arena, or its header, describes it.
public struct Clump: Equatable, Sendable {
  /// Where it is.
  public let position: ClumpPosition
  /// What it holds.
  public let info: ClumpInfo

  /// Describes a clump.
  public init(position: ClumpPosition, info: ClumpInfo) {
    self.position = position
    self.info = info
  }

  /// Where the next clump is.
  public var end: ClumpPosition {
    ClumpPosition(
      number: position.number + 1, offset: position.offset + info.clumpByteCount)
  }
}
