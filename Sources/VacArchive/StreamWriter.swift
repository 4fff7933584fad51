public import VentiCore

/// Writes bytes as a stream: cuts them into leaves, drops zeros, and writes the tree over them.
public struct StreamWriter {
  private let store: any BlockStore
  private let leafSize: Int
  private var tree: TreeWriter
  private var previous: PreviousStream?
  private var pending: [UInt8] = []

  /// Bytes so far.
  public private(set) var size = 0
  /// Bytes of leaves that were sent to the store.
  public private(set) var sentByteCount = 0
  /// Bytes of leaves that the previous archive has at the same place.
  public private(set) var reusedByteCount = 0

  /// Begins a stream.
  ///
  /// - Parameter previous: the same file in an archive of the same store: what is equal in it is
  ///   not sent. The result does not depend on it.
  public init(to store: any BlockStore, layout: BlockLayout, previous: PreviousStream? = nil) {
    self.store = store
    leafSize = layout.leafSize
    tree = TreeWriter(to: store, layout: layout)
    pending.reserveCapacity(layout.leafSize)
    guard let previous, previous.leafSize == layout.leafSize else { return }
    self.previous = previous
    tree.skipBlocks { previous.hasPointerBlock($0) }
  }

  /// Adds bytes.
  public mutating func append(_ bytes: [UInt8]) throws(ArchiveError) {
    var rest = bytes[...]
    size += bytes.count
    while !rest.isEmpty {
      let part = rest.prefix(leafSize - pending.count)
      pending.append(contentsOf: part)
      rest = rest.dropFirst(part.count)
      if pending.count == leafSize { try flush() }
    }
  }

  /// Adds a whole leaf, or the last one, without copying it.
  ///
  /// - Precondition: what came before ends with a leaf.
  public mutating func append(leaf: Block) throws(ArchiveError) {
    precondition(size % leafSize == 0 && leaf.count <= leafSize)
    size += leaf.count
    try write(leaf)
  }

  /// Adds zeros that need not be read.
  public mutating func appendZeros(_ count: Int) throws(ArchiveError) {
    var count = count
    if !pending.isEmpty {
      let filling = min(count, leafSize - pending.count)
      try append([UInt8](repeating: 0, count: filling))
      count -= filling
    }
    try tree.appendZeros(count / leafSize)
    size += count - count % leafSize
    try append([UInt8](repeating: 0, count: count % leafSize))
  }

  /// Ends the stream and describes it.
  public mutating func finish() throws(ArchiveError) -> Entry {
    if !pending.isEmpty { try flush() }
    return try tree.finish(size: size)
  }

  private mutating func flush() throws(ArchiveError) {
    let leaf = Block(pending)
    pending.removeAll(keepingCapacity: true)
    try write(leaf)
  }

  private mutating func write(_ leaf: Block) throws(ArchiveError) {
    let stored = leaf.withoutTrailingZeros
    let known = previous?.score(ofLeaf: tree.leafCount)
    let score = try store.store(stored, .data) { $0 == known }
    if score == known { reusedByteCount += leaf.count } else { sentByteCount += stored.count }
    try tree.append(score)
  }
}

/// The scores of a file in an older archive of the same store, leaf by leaf.
///
/// To be asked for leaves in ascending order. Damage ends its use, and is nothing else.
public final class PreviousStream {
  /// Bytes of a leaf: with another size, no block can be equal.
  public let leafSize: Int

  private var scan: StreamScan?
  private var next: (number: Int, score: Score)?

  /// The stream that `entry` describes, its pointer blocks read from `source`.
  public init(_ entry: Entry, in source: any BlockSource) {
    leafSize = entry.leafSize
    scan = try? StreamScan(entry, in: source, blockLimit: .max, readsLeaves: false)
    advance()
  }

  /// The score of a leaf; nil when it is not known.
  func score(ofLeaf number: Int) -> Score? {
    while let next, next.number < number { advance() }
    guard let next, next.number == number else { return nil }
    return next.score
  }

  /// Whether the stream, as far as it was asked for, has this pointer block.
  func hasPointerBlock(_ score: Score) -> Bool {
    scan?.pointerBlocks.contains(score) ?? false
  }

  private func advance() {
    next = nil
    do throws(ArchiveError) {
      while let piece = try scan?.next() {
        guard case .leaf(let number, let score, _) = piece else { continue }
        next = (number, score)
        return
      }
    } catch {
      scan = nil
    }
  }
}
