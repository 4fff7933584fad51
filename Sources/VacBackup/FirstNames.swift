internal import VacArchive

/// Of the names in a directory, those that come first in `ArchiveOrder`, or next after another one: as
/// many as memory is meant for.
struct FirstNames {
  private let last: [UInt8]?
  private let byteLimit: Int
  /// The last name that is kept, once some have been left out.
  private(set) var end: [UInt8]?
  /// The names, in no order.
  private(set) var names = SortedNames()

  /// - Parameters:
  ///   - last: the name after which they come; nil for the first of all.
  ///   - byteLimit: bytes of memory, twice as many as names that are kept take where some are left out.
  init(after last: [UInt8]?, byteLimit: Int) {
    self.last = last
    self.byteLimit = byteLimit
  }

  /// Whether there are more, which come after these.
  var leavesOut: Bool { end != nil }

  /// Adds a name, if it is one of them.
  mutating func add(_ name: [UInt8], origin: Int = 0) {
    if let last, !ArchiveOrder.isOrdered(last, name) { return }
    if let end, !ArchiveOrder.isOrdered(name, end) { return }
    names.add(name, origin: origin)
    guard names.byteCount > byteLimit, names.count > 1 else { return }
    end = names.keepFirst(byteCount: byteLimit / 2)
  }
}
