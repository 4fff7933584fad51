/// What an index was made anew from.
package struct RebuildCount: Sendable {
  /// Clumps that the directories list, but for those that are marked as damaged.
  package let clumps: Int
  /// Blocks that belong to the buckets which were filled.
  package let blocks: Int
}
