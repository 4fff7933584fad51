internal import VentiCore

/// Makes anew what can be made from the arenas: the index and the bloom filter.
///
/// Data is not touched.
public struct StoreRepair: Sendable {
  /// Called with clumps that have been looked at, and how many there are.
  public typealias Progress = @Sendable (_ done: Int, _ total: Int) -> Void

  private let parts: StoreParts
  private let progress: Progress?

  /// Repairs the store that is made of `parts`, which nobody else may have open.
  public init(_ parts: StoreParts, progress: Progress? = nil) {
    self.parts = parts
    self.progress = progress
  }

  /// Makes the index anew, with the sections and addresses that it has if they can be read.
  ///
  /// - Returns: how many clumps the directories list, but for those that are marked as damaged.
  /// - Throws: `StoreError.inconsistent` when it has no room for all blocks.
  @discardableResult
  public func rebuildIndex() throws(StoreError) -> Int {
    try opening.rebuildIndex()
  }

  /// Makes the bloom filter anew.
  ///
  /// - Returns: as `rebuildIndex`; nil if the store has no filter.
  @discardableResult
  public func rebuildBloom() throws(StoreError) -> Int? {
    try opening.rebuildBloom()
  }

  private var opening: StoreOpening { StoreOpening(parts: parts, progress: progress) }
}
