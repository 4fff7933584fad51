internal import VentiCore

/// The entries of a directory, of which a few blocks are in memory: those that were asked for last.
struct SlotWindow {
  private let entry: Entry
  private var scan: StreamScan
  private var pieces: [StreamScan.Piece] = []
  /// The first slot that has not been read.
  private var end = 0
  private var isAtEnd = false
  /// The first slot that has not been let go.
  private var first = 0

  /// - Parameter scan: of the stream that `entry` describes, at its beginning.
  init(_ entry: Entry, _ scan: StreamScan) {
    self.entry = entry
    self.scan = scan
  }

  /// The entries in some slots; what lies before is let go.
  ///
  /// - Returns: nil for slots that have been let go.
  mutating func table(of slots: Range<Int>) throws(ArchiveError) -> SlotTable? {
    guard slots.lowerBound >= first else { return nil }
    first = slots.lowerBound
    let perBlock = entry.entriesPerBlock
    let done = pieces.prefix { $0.leaves.upperBound * perBlock <= first }
    pieces.removeFirst(done.count)
    while end < slots.upperBound, !isAtEnd {
      guard let piece = try scan.next() else {
        isAtEnd = true
        break
      }
      end = piece.leaves.upperBound * perBlock
      if end > first { pieces.append(piece) }
    }
    var next = pieces.makeIterator()
    return try SlotTable(entry) { next.next() }
  }
}
