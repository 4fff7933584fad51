/// The names of the top directory, however many arguments bring them.
///
/// In memory are as many as are meant to be. What is more is sorted in parts, which are in a temporary
/// file.
package struct TopNames: Sendable {
  private let byteLimit: Int
  private var names = SortedNames()
  private var runs: SortedRuns

  /// - Parameter byteLimit: bytes of memory for names.
  package init(_ scratch: Scratch, byteLimit: Int) {
    self.byteLimit = byteLimit
    runs = SortedRuns(scratch)
  }

  /// Whether all names have been taken.
  package var isEmpty: Bool { names.count == 0 && runs.isEmpty }

  /// Adds a name, which may be there already.
  ///
  /// - Parameter place: of the argument that brings it; of equal names, the first comes first.
  package mutating func add(_ name: [UInt8], _ place: ArgumentList.Place) throws(ScratchError) {
    names.add(name, origin: place)
    if names.byteCount > byteLimit { try setAside() }
  }

  private mutating func setAside() throws(ScratchError) {
    names.sort()
    for position in 0..<names.count {
      let (name, place) = names[position]
      try runs.append(SortedRuns.Record(name: name, rank: place, value: []))
    }
    try runs.endRun()
    names = SortedNames()
  }

  /// Takes the names that come next, in no order: all of them, or as many as are meant to be in memory.
  package mutating func next() throws(ScratchError) -> SortedNames {
    if !runs.isEmpty, names.count > 0 { try setAside() }
    while names.count == 0 || names.byteCount < byteLimit / 2, let record = try runs.next() {
      names.add(record.name, origin: record.rank)
    }
    defer { names = SortedNames() }
    return names
  }
}
