internal import VentiCore

/// The entries of a directory, of which a few blocks are in memory: those that were asked for last.
///
/// Records that are in another order than their entries, as no known writer leaves them, have all
/// entries read at once.
struct SlotWindow {
  private let entry: Entry
  private let source: any BlockSource
  private var scan: StreamScan
  private var pieces: [StreamScan.Piece] = []
  /// The first slot that has not been read.
  private var end = 0
  private var isAtEnd = false
  /// The first slot that has not been let go.
  private var first = 0
  /// All entries, once some were asked for that had been let go.
  private var whole: SlotTable?

  /// - Parameter scan: of the stream that `entry` describes, at its beginning.
  init(_ entry: Entry, _ scan: StreamScan, in source: any BlockSource) {
    self.entry = entry
    self.scan = scan
    self.source = source
  }

  /// The entries in some slots; what lies before is let go.
  mutating func table(of slots: Range<Int>) throws(ArchiveError) -> SlotTable {
    if let whole { return whole }
    if slots.isEmpty { return try SlotTable(entry) { nil } }
    guard slots.lowerBound >= first else {
      let all = try SlotTable(entry, from: source)
      whole = all
      pieces = []
      return all
    }
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
