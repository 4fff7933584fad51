internal import SystemPackage
internal import VacArchive
internal import VentiCore

/// The contents of a file, on their way out of an archive.
struct Contents: Sendable {
  /// Bytes that are read together, at least one leaf.
  private static let windowByteCount = 1 << 20

  let tree: HashTree
  private let readsAhead: Bool

  /// - Parameter readsAhead: whether the source is asked for a window before it is read.
  init(of entry: Entry, in source: any BlockSource, readsAhead: Bool) throws(RestoreError) {
    self.readsAhead = readsAhead
    do throws(FormatError) {
      tree = try HashTree(entry, in: source)
    } catch {
      throw .archive(.format(error, block: entry.score))
    }
  }

  var size: Int { tree.entry.size }

  /// Gives what is in a range, in order: blocks, and the zeros between them that no block holds.
  ///
  /// - Parameter take: takes each piece, and where it stands in the file; says whether to go on.
  func read(
    _ range: Range<Int>, _ take: (HashTree.Slice, Int) throws(RestoreError) -> Bool
  ) throws(RestoreError) {
    var reading = tree.reading
    var offset = range.lowerBound
    while offset < range.upperBound {
      let next = try readingBlocks { () throws(BlockError) in try reading.firstData(from: offset) }
      let start = min(next ?? range.upperBound, range.upperBound)
      if start > offset, try !take(.zeros(start - offset), offset) { return }
      offset = start
      let window = start..<min(windowEnd(after: start), range.upperBound)
      for slice in try slices(in: window, of: range, &reading) {
        guard try take(slice, offset) else { return }
        offset += slice.count
      }
    }
  }

  private func slices(
    in window: Range<Int>, of range: Range<Int>, _ reading: inout HashTree.Reading
  ) throws(RestoreError) -> [HashTree.Slice] {
    try readingBlocks { () throws(BlockError) in
      if readsAhead {
        let following = window.upperBound..<windowEnd(after: window.upperBound)
        try reading.prefetch(following.clamped(to: range))
      }
      return try reading.slices(in: window)
    }
  }

  /// The end of the window that `offset` is in: where a leaf ends, so that none is read twice.
  private func windowEnd(after offset: Int) -> Int {
    let leafSize = tree.entry.leafSize
    let leaves = max(1, Self.windowByteCount / leafSize)
    return (offset / leafSize + leaves) * leafSize
  }
}
