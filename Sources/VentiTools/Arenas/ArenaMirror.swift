internal import VentiCore
package import VentiStore

/// Brings the arenas of one partition up to date with those of another, which has the same layout:
/// plan9port's mirrorarenas.
///
/// Copies what is new: clumps, then the directory, and the tail once these are safe. Index and
/// bloom filter are not looked at: whoever serves the copy rebuilds them.
package struct ArenaMirror: Sendable {
  /// Whether sealed arenas are read again after they were copied.
  package var checksSeals = true
  /// Whether to copy arenas whole, whatever the target holds.
  package var copiesBlindly = false
  /// How much is told: 1 what is copied, 2 arenas without change too.
  package var verbosity = 0
  private let output: ToolOutput
  /// Arenas of the same outcome, of which nothing has been said.
  private var run: (outcome: Outcome, first: String, last: String)?

  /// What became of an arena.
  private enum Outcome: Equatable {
    case empty
    case sealed
    case mirrored
  }

  /// Tells what it does to `output`.
  package init(to output: ToolOutput) {
    self.output = output
  }

  /// Mirrors arenas.
  ///
  /// - Returns: whether all of them are now the same.
  /// - Throws: `ToolError.mismatch` when the partitions do not have the same arenas.
  package mutating func run(
    from source: ArenaPartition, to target: ArenaPartition, _ numbers: ArenaNumbers
  ) throws(ToolError) -> Bool {
    try check(source, target)
    var isSound = true
    for (number, pair) in zip(source.arenas, target.arenas).enumerated()
    where numbers.contains(number) {
      do throws(StoreError) {
        note(try mirror(pair.0, to: pair.1), of: pair.0)
      } catch {
        output.note("\(Text.stamp) \(error)")
        isSound = false
      }
    }
    reportRun()
    return isSound
  }

  /// Notes what became of an arena: those that need no word of their own share a line.
  private mutating func note(_ outcome: Outcome, of arena: Arena) {
    if let run, run.outcome != outcome { reportRun() }
    run = (outcome, run?.first ?? arena.name, arena.name)
    if outcome == .mirrored || verbosity > 1 { reportRun() }
  }

  /// Prints the line that arenas share.
  private mutating func reportRun() {
    guard let run = run.take() else { return }
    let what =
      switch run.outcome {
      case .empty: "empty"
      case .sealed: "mirrored sealed"
      case .mirrored: "mirrored"
      }
    say("\(run.first)-\(run.last) \(what)")
  }

  private func check(
    _ source: ArenaPartition, _ target: ArenaPartition
  ) throws(ToolError) {
    guard source.arenas.count == target.arenas.count else {
      throw .mismatch(
        "arena count mismatch: \(source.arenas.count) vs \(target.arenas.count)")
    }
    for (number, (from, to)) in zip(source.arenas, target.arenas).enumerated() {
      guard from.name == to.name else {
        throw .mismatch("arena \(number): name mismatch: \(from.name) vs \(to.name)")
      }
      guard from.start == to.start, from.geometry == to.geometry else {
        throw .mismatch(
          "arena \(number): range mismatch: \(from.start), \(from.geometry.length) bytes vs "
            + "\(to.start), \(to.geometry.length) bytes")
      }
    }
  }

  private mutating func mirror(_ source: Arena, to target: Arena) throws(StoreError) -> Outcome {
    let tail = try source.tail()
    if copiesBlindly {
      announce(source)
      try copy(0..<source.geometry.length, source, target, "arena")
      try target.partition.sync()
      return tail.written.clumpCount == 0 ? .empty : .mirrored
    }
    let old = try target.tail()
    if tail.written.clumpCount == 0, old.written.clumpCount == 0 {
      // The same magic number on clumps to come, so that they can be copied one day.
      if tail != old { try update(source, tail, target, old, isSealed: false) }
      return .empty
    }
    let isSealed = tail.indexed.isSealed && tail.seal != .none
    if isSealed, old.seal == tail.seal { return .sealed }
    announce(source)
    try checkPrefix(source, tail, target, old)
    if tail != old { try update(source, tail, target, old, isSealed: isSealed) }
    say("\(source.name): \(Text.grouped(tail.written.usedByteCount)) used mirrored")
    return .mirrored
  }

  /// Copies what is new: the tail last, when all that it counts is safe.
  private func update(
    _ source: Arena, _ tail: ArenaTail, _ target: Arena, _ old: ArenaTail, isSealed: Bool
  ) throws(StoreError) {
    try copyHead(source, target)
    if isSealed {
      // The seal is over all bytes, those that mean nothing included.
      let start = source.geometry.dataOffset + old.written.usedByteCount
      try copy(start..<source.geometry.tailOffset, source, target, "data")
    } else {
      try copyLog(source, tail, target, old)
    }
    try target.partition.sync()
    let end = source.geometry.tailOffset..<source.geometry.length
    try copy(end, source, target, "tail")
    try target.partition.sync()
    if isSealed, checksSeals, try target.computedSeal() != tail.seal {
      throw .inconsistent(
        place: "arena \(quoted(target.name))", reason: "copy does not match the seal")
    }
  }

  /// Checks that what the target holds is the beginning of what the source holds.
  private func checkPrefix(
    _ source: Arena, _ tail: ArenaTail, _ target: Arena, _ old: ArenaTail
  ) throws(StoreError) {
    guard old.written.clumpCount > 0 else { return }
    let last = old.written.clumpCount - 1
    var sourceEntries = DirectoryEntries(source)
    var targetEntries = DirectoryEntries(target)
    let isPrefix =
      old.clumpMagic == tail.clumpMagic && old.seal == .none
      && old.written.clumpCount <= tail.written.clumpCount
      && old.written.usedByteCount <= tail.written.usedByteCount
      && sourceEntries.entry(last) == targetEntries.entry(last)
    guard isPrefix else {
      throw .inconsistent(
        place: "arena \(quoted(target.name))",
        reason: "target holds other clumps than the source")
    }
  }

  private func copyHead(_ source: Arena, _ target: Arena) throws(StoreError) {
    guard try source.head() != (try? target.head()) else { return }
    try copy(0..<source.geometry.blockSize, source, target, "head")
  }

  /// Copies the clumps and the directory blocks that are new.
  private func copyLog(
    _ source: Arena, _ tail: ArenaTail, _ target: Arena, _ old: ArenaTail
  ) throws(StoreError) {
    let geometry = source.geometry
    let data = geometry.dataOffset + old.written.usedByteCount
    // Four bytes more: the zero at the end of the log.
    let end = geometry.dataOffset + tail.written.usedByteCount + 4
    try copy(data..<end, source, target, "data")
    guard tail.written.clumpCount > 0 else { return }
    let perBlock = geometry.entriesPerDirectoryBlock
    let first = geometry.directoryBlockOffset(old.written.clumpCount / perBlock)
    let last = geometry.directoryBlockOffset((tail.written.clumpCount - 1) / perBlock)
    try copy(
      min(first, last)..<first + geometry.blockSize, source, target, "directory")
  }

  private func copy(
    _ range: Range<Int>, _ source: Arena, _ target: Arena, _ what: String
  ) throws(StoreError) {
    guard !range.isEmpty else { return }
    if verbosity > 0 {
      let low = Text.grouped(source.start + range.lowerBound)
      output.print(
        "\(Text.stamp)   copy \(low)-\(Text.grouped(source.start + range.upperBound)) \(what)")
    }
    var end = target.start + range.lowerBound
    let whole = source.start + range.lowerBound..<source.start + range.upperBound
    try source.partition.forEachPiece(of: whole) { piece throws(StoreError) in
      try target.partition.write(piece.bytes, at: end)
      end += piece.count
    }
  }

  private mutating func announce(_ arena: Arena) {
    reportRun()
    let end = Text.grouped(arena.start + arena.geometry.length)
    say("\(arena.name) (\(Text.grouped(arena.start))-\(end))")
  }

  private func say(_ text: String) { output.print("\(Text.stamp) \(text)") }
}
