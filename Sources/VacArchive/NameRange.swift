internal import VentiCore

/// A part of a directory whose records are in no order: so many files as come next in
/// `ArchiveOrder`.
///
/// Whoever asks for names in order goes from one range to the next. For each, all records are read
/// again, and a limited number of them kept, so that memory does not grow with the directory.
struct NameRange {
  /// Where a range begins.
  enum Start {
    /// With the first name of all.
    case first
    /// With a name, or the next one where it is not there.
    case at([UInt8])
    /// With the name after this one.
    case after([UInt8])

    func isBefore(_ name: ArraySlice<UInt8>) -> Bool {
      switch self {
      case .first: true
      case .at(let start): !ArchiveOrder.isOrdered(name, start[...])
      case .after(let last): ArchiveOrder.isOrdered(last[...], name)
      }
    }
  }

  /// The files.
  let directory: Directory
  /// The last name that the range is complete up to; nil when it goes to the end.
  let end: [UInt8]?
  private let start: Start

  /// Gathers files.
  ///
  /// - Parameters:
  ///   - limit: the files that a range has.
  ///   - keepsRecords: whether the table keeps the whole records.
  init(
    of reference: DirectoryReference, from start: Start, limit: Int, keepsRecords: Bool = false,
    in source: any BlockSource
  ) throws(ArchiveError) {
    var loader = DirectoryLoader(keepsRecords: keepsRecords)
    var isComplete = true
    var end: [UInt8]?
    var records = try Directory.scan(reference.metadata, source)
    while let piece = try records.next() {
      let isLost = loader.add(piece, leafSize: reference.metadata.leafSize) { name in
        start.isBefore(name) && (end.map { !ArchiveOrder.isOrdered($0[...], name) } ?? true)
      }
      if isLost { isComplete = false }
      if loader.rows.count > limit + limit / 2 { end = loader.keepFirst(limit) ?? end }
    }
    self.start = start
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

  /// The faults that no range before has told: those of its names, and with the first range those
  /// of blocks and records without a name.
  var omissions: [Omission] {
    directory.omissions.filter { omission in
      if let name = omission.shownName { return start.isBefore(name[...]) && covers(name) }
      if case .first = start { return true }
      return false
    }
  }
}

extension Omission {
  /// The name of a file that is there all the same; nil where there is none.
  fileprivate var shownName: [UInt8]? {
    switch self {
    case .unixMetadata(let name, _), .name(let name, .repeated): name
    default: nil
    }
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
