internal import VentiCore

/// The entries of a directory, of which a few blocks are in memory: those that were asked for last.
///
/// Where records are in another order than their entries, or their entries far apart, as no known
/// writer leaves them, the entries are read one by one. So memory is bounded by the records of a
/// block, and reads by all records, whatever an archive says.
struct SlotWindow {
  /// Blocks that are held or passed over, or slots for each record, before entries are read singly.
  private static let slack = 16

  private let entry: Entry
  private let source: any BlockSource
  private var scan: StreamScan
  private var pieces: [StreamScan.Piece] = []
  /// The first slot that has not been read.
  private var end = 0
  private var isAtEnd = false
  /// The first slot that has not been let go.
  private var first = 0

  /// - Parameter scan: of the stream that `entry` describes, at its beginning.
  init(_ entry: Entry, _ scan: StreamScan, in source: any BlockSource) {
    self.entry = entry
    self.scan = scan
    self.source = source
  }

  /// The entries of a block's records; what lies before them is let go.
  mutating func table(of loader: borrowing DirectoryLoader) throws(ArchiveError) -> SlotTable {
    let starts = loader.streamStarts(below: entry.slotEnd)
    guard let lowest = starts.min(), let highest = starts.max() else {
      return try SlotTable(entry) { nil }
    }
    let slots = lowest..<highest + RecordFields.slotCount
    if let table = try table(of: slots, records: starts.count) { return table }
    let needed = Set(starts.flatMap { $0..<$0 + RecordFields.slotCount })
    return try SlotTable(entry, slots: needed.sorted(), from: source)
  }

  /// The entries in some slots, and others; nil where these are not next, or very many for so many records.
  mutating func table(of slots: Range<Int>, records count: Int) throws(ArchiveError) -> SlotTable? {
    let limit = Self.slack * max(count, entry.entriesPerBlock)
    guard slots.lowerBound >= first, slots.count <= limit, slots.upperBound - end <= limit
    else { return nil }
    try move(to: slots)
    var next = pieces.makeIterator()
    return try SlotTable(entry) { next.next() }
  }

  /// Lets go what lies before some slots, and reads up to their end.
  private mutating func move(to slots: Range<Int>) throws(ArchiveError) {
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
  }
}

extension DirectoryLoader {
  /// The slots at which the records' streams begin, of those that a directory has.
  fileprivate func streamStarts(below end: Int) -> [Int] {
    var starts: [Int] = []
    starts.reserveCapacity(rows.count)
    for row in rows {
      if row.slot < end { starts.append(Int(row.slot)) }
      if row.kind == .directory, row.metadataSlot < end { starts.append(Int(row.metadataSlot)) }
    }
    return starts
  }
}
