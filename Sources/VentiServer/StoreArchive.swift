public import VentiCore

/// An archive in a store, as its root tells of it.
public struct StoreArchive: Sendable, Equatable {
  /// The score of the root.
  public let score: Score
  /// When the root was written, in seconds since 1970.
  public let time: UInt32
  /// The root.
  public let root: Root

  /// Describes an archive.
  public init(score: Score, time: UInt32, root: Root) {
    self.score = score
    self.time = time
    self.root = root
  }
}
