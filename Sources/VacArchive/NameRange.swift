internal import VentiCore

/// A part of a directory whose records are in no order: so many files as come next in
/// `ArchiveOrder`.
///
/// Whoever asks for names in order goes from one range to the next. For each, all records are read
/// again, and a limited number of them kept, so that memory does not grow with the directory.
struct NameRange {
  /// The files.
  let directory: Directory
  /// The last name that the range is complete up to; nil when it goes to the end.
  let end: [UInt8]?

  /// Gathers files.
  ///
  /// - Parameters:
  ///   - start: the name to begin with; nil for the first of all.
  ///   - limit: the files that a range has.
  init(
    of reference: DirectoryReference, from start: [UInt8]?, limit: Int, in source: any BlockSource
  ) throws(ArchiveError) {
    var loader = DirectoryLoader()
    var isComplete = true
    var end: [UInt8]?
    var records = try Directory.scan(reference.metadata, source)
    while let piece = try records.next() {
      let isLost = loader.add(piece, leafSize: reference.metadata.leafSize) { name in
        let name = Array(name)
        if let start, ArchiveOrder.isOrdered(name, start) { return false }
        return end.map { !ArchiveOrder.isOrdered($0, name) } ?? true
      }
      if isLost { isComplete = false }
      if loader.rows.count > limit + limit / 2 { end = loader.keepFirst(limit) ?? end }
    }
    self.end = loader.keepFirst(limit) ?? end
    let slots = try SlotTable(
      reference.entries, slots: loader.slots(below: reference.entries.slotEnd), from: source)
    var numbers = TakenNumbers()
    directory = Directory(
      loader, slots, of: reference, isComplete: isComplete && slots.isComplete, numbers: &numbers)
  }

  /// Whether a name that is in the directory, and not before the start, is in the range.
  func covers(_ name: [UInt8]) -> Bool {
    end.map { !ArchiveOrder.isOrdered($0, name) } ?? true
  }
}

extension DirectoryLoader {
  /// Sorts the rows, and keeps those that come first in `ArchiveOrder`.
  ///
  /// - Returns: the last name that is kept; nil when all are.
  fileprivate mutating func keepFirst(_ count: Int) -> [UInt8]? {
    sort()
    guard rows.count > count else { return nil }
    let order = archiveOrder
    let last = Array(names[rows[order[count - 1]].nameRange])
    keep(Set(order[..<count]))
    return last
  }
}
