internal import Posix
internal import VacArchive
internal import VentiCore

/// A file whose parts are stored by several threads, while the tree over them is written in order.
///
/// Whoever has stored the part that is next adds it to the tree, and those after it that wait.
/// Parts are begun in order, so that few wait.
final class LargeFile: Sendable {
  private struct State {
    /// Stored parts that come later than the next one.
    var waiting: [Int: LeafReader.Part] = [:]
    var next = 0
    /// The tree, when nobody is adding to it.
    var tree: TreeWriter?
    var byteCount = 0
    /// Whether a part was shorter than it should be: the file ends there.
    var hasEnded = false
  }

  private let reader: LeafReader
  private let size: Int
  private let partSize: Int
  private let state: Monitor<State>

  /// Bytes of a part, unless the file is so large that there would be too many parts.
  static let partByteCount = 2 << 20
  /// Parts of a file at the most.
  private static let partLimit = 1 << 16

  init(_ reader: LeafReader, size: Int, tree: TreeWriter) {
    self.reader = reader
    self.size = size
    let least = max(Self.partByteCount, size / Self.partLimit)
    partSize = (least / reader.leafSize + 1) * reader.leafSize
    state = Monitor(State(tree: tree))
  }

  var partCount: Int { (size + partSize - 1) / partSize }

  /// The range of a part.
  func range(ofPart number: Int) -> Range<Int> {
    number * partSize..<min(number * partSize + partSize, size)
  }

  /// Stores a part.
  func store(_ number: Int) throws(BackupError) {
    if state.withLock({ $0.hasEnded }) { return }
    let part = try reader.store(range(ofPart: number))
    state.withLock { $0.waiting[number] = part }
    try addWaitingParts()
  }

  /// Adds parts to the tree until the next one is missing, or somebody else is adding.
  private func addWaitingParts() throws(BackupError) {
    while true {
      let taken = state.withLock { state -> (LeafReader.Part, TreeWriter)? in
        guard let tree = state.tree, let part = state.waiting.removeValue(forKey: state.next)
        else { return nil }
        state.tree = nil
        return (part, tree)
      }
      guard var (part, tree) = taken else { return }
      let hasEnded = state.withLock { $0.hasEnded }
      if hasEnded { part = LeafReader.Part() }
      try tree.append(part)
      state.withLock { state in
        state.tree = tree
        state.byteCount += part.byteCount
        if part.byteCount < range(ofPart: state.next).count { state.hasEnded = true }
        state.next += 1
      }
    }
  }

  /// Ends the tree, once all parts are stored.
  ///
  /// - Returns: the stream; its size is that of what was read.
  func finish() throws(BackupError) -> Entry {
    let (tree, byteCount) = state.withLock { ($0.tree, $0.byteCount) }
    guard var tree else { throw .interrupted }
    return try archiving { () throws(ArchiveError) in try tree.finish(size: byteCount) }
  }
}
