internal import VentiCore
package import VentiStore

/// Checks arenas by themselves, and mends their directories and tails: plan9port's checkarenas.
///
/// All is said on standard error.
///
/// Data is never cut away: a clump that is damaged is told of, and passed over. In a sealed arena
/// nothing is changed.
package struct ArenaChecker: Sendable {
  /// Whether to check all clumps; else only what lies after those that the tail counts.
  package var checksAll = false
  /// Whether to write what is right where directory or tail say something else.
  package var repairs = false
  /// How much is told: 1 describes the arenas that are not empty, 2 the partition too.
  package var verbosity = 0
  private let output: ToolOutput

  /// Tells what it finds to `output`.
  package init(to output: ToolOutput) {
    self.output = output
  }

  /// Checks arenas of a partition: those that are named, or all.
  ///
  /// - Returns: whether all is well, or was mended.
  package func run(_ partition: ArenaPartition, names: [String]) -> Bool {
    if verbosity > 1 { ArenaDescription.lines(of: partition).forEach(output.note) }
    var isSound = true
    for arena in partition.arenas where names.isEmpty || names.contains(arena.name) {
      do throws(StoreError) {
        isSound = try check(arena) && isSound
      } catch {
        output.note("\(error)")
        isSound = false
      }
    }
    for name in names where !partition.arenas.contains(where: { $0.name == name }) {
      output.note("\(name): did not find arena")
      isSound = false
    }
    return isSound
  }

  private func check(_ arena: Arena) throws(StoreError) -> Bool {
    var repair = try ArenaRepair(of: arena)
    if verbosity > 0, repair.written.clumpCount > 0 {
      ArenaDescription.lines(of: arena, repair.tail).forEach(output.note)
    }
    var isSound = checkHead(arena, repair.tail)
    var wrongCount = 0
    var hasCounted = false
    if checksAll {
      var scan = ClumpScan(arena, repair, output, mends: repairs && !repair.tail.written.isSealed)
      isSound = try scan.run() && isSound
      wrongCount = scan.wrongCount
      if let counts = scan.rightCounts {
        hasCounted = try mend(arena, repair, counts)
        isSound = hasCounted && isSound
        // What lies behind those that are counted has other numbers now.
        if hasCounted { repair = try ArenaRepair(of: arena) }
      }
    }
    report(
      arena, repair, from: checksAll ? .empty : repair.tail.written,
      writesTail: hasCounted || repair.changesTail)
    guard repair.changesTail || wrongCount > 0 else { return isSound }
    return try mend(arena, repair, wrongCount) && isSound
  }

  private func checkHead(_ arena: Arena, _ tail: ArenaTail) -> Bool {
    if let head = try? arena.head(), head.version == tail.version,
      head.clumpMagic == tail.clumpMagic
    {
      return true
    }
    output.note("\(arena.name): incorrect arena header fields")
    return false
  }

  /// The line that scripts know: what the tail counts after the check, and before.
  private func report(
    _ arena: Arena, _ repair: ArenaRepair, from old: ArenaStatistics, writesTail: Bool
  ) {
    let new = repair.written
    guard new != old else { return }
    let flag = { (isOn: Bool) in isOn ? 1 : 0 }
    output.note(
      "arena \(arena.name): fix=\(flag(repairs)) flush=\(flag(writesTail)) "
        + "\(old.usedByteCount)->\(new.usedByteCount) \(old.clumpCount)->\(new.clumpCount) "
        + "\(old.compressedClumpCount)->\(new.compressedClumpCount) "
        + "\(old.blockByteCount)->\(new.blockByteCount)")
  }

  /// Says that the tail counts something else than there is, and writes it anew when that is asked for.
  private func mend(
    _ arena: Arena, _ repair: ArenaRepair, _ right: ClumpScan.Counts
  ) throws(StoreError) -> Bool {
    let (old, new) = (repair.tail.written, right.written)
    output.note(
      "\(arena.name): tail counts \(old.clumpCount) clumps of \(old.blockByteCount) bytes, "
        + "found \(new.clumpCount) of \(new.blockByteCount)"
        + (repairs || old.isSealed ? "" : " (-f would write that)"))
    guard repairs, !old.isSealed else { return false }
    try repair.write(new, indexed: right.indexed)
    return true
  }

  /// Says what is to be changed, and changes it when that is asked for, as far as the scan has not.
  private func mend(
    _ arena: Arena, _ repair: ArenaRepair, _ wrongCount: Int
  ) throws(StoreError) -> Bool {
    let what =
      "\(wrongCount) directory entries to write, "
      + "\(repair.uncountedCount) clumps to count in the tail"
    if repair.tail.written.isSealed {
      output.note("\(arena.name): \(what), but it is sealed")
      return false
    }
    output.note("\(arena.name): \(what)" + (repairs ? "" : " (-f would do it)"))
    guard repairs else { return false }
    try repair.apply()
    return true
  }
}

/// Reads all clumps that an arena's tail counts, and mends their directory entries as it goes: there may
/// be more that are wrong than memory has room for.
private struct ClumpScan {
  private let arena: Arena
  private let repair: ArenaRepair
  private let mends: Bool
  private var directory: DirectoryEntries
  private let tail: ArenaTail
  private let output: ToolOutput
  private var sums = ArenaStatistics.empty
  /// Those of the clumps that the tail counts as indexed, by their bytes.
  private var indexedSums: ArenaStatistics?
  private var hasMarked = false
  private var isSound = true
  /// Clumps that are right, and whose directory entries said something else.
  private(set) var wrongCount = 0

  /// - Parameter mends: whether to write what is right, which `ArenaRepair` must allow.
  init(_ arena: Arena, _ repair: ArenaRepair, _ output: ToolOutput, mends: Bool) {
    self.arena = arena
    self.repair = repair
    self.mends = mends
    directory = DirectoryEntries(arena)
    tail = repair.tail
    self.output = output
    if tail.indexed.usedByteCount == 0 { indexedSums = .empty }
  }

  /// What a tail should count.
  typealias Counts = (written: ArenaStatistics, indexed: ArenaStatistics)

  /// What the tail should count, once the scan is done; nil where it counts that, or where nobody knows.
  ///
  /// Its bytes are believed: whole clumps take up all of them, and not one more.
  var rightCounts: Counts? {
    guard isSound, !hasMarked, sums != tail.written,
      sums.usedByteCount == tail.written.usedByteCount, let indexedSums
    else { return nil }
    return (sums, indexedSums)
  }

  /// Runs the scan; returns whether the data is right, and the sums unless `rightCounts` has others.
  mutating func run() throws(StoreError) -> Bool {
    var walk = try arena.clumps()
    while let result = walk.next() {
      switch result {
      case .failure where countsTooMany: break
      case .failure(let error): complain("\(error)")
      case .success(let clump):
        guard tail.written.count(clump) else { break }
        count(clump.info)
        if let right = check(clump, isCertain: walk.knowsNumbers) { try mend(right) }
      }
    }
    sums.isSealed = tail.written.isSealed
    // A clump that is marked as damaged, or passed over, may be counted in one way or the other.
    if isSound, !hasMarked, sums != tail.written, rightCounts == nil {
      complain(
        "\(arena.name): tail counts \(tail.written.clumpCount) clumps of "
          + "\(tail.written.blockByteCount) bytes, found \(sums.clumpCount) of "
          + "\(sums.blockByteCount)")
    }
    return isSound
  }

  /// Whether the clumps so far take up all bytes that the tail counts, while it counts more of them.
  private var countsTooMany: Bool {
    isSound && !hasMarked && sums.usedByteCount == tail.written.usedByteCount
  }

  private mutating func count(_ info: ClumpInfo) {
    sums.clumpCount += 1
    sums.compressedClumpCount += info.isCompressed ? 1 : 0
    sums.usedByteCount += info.clumpByteCount
    sums.blockByteCount += info.size
    hasMarked = hasMarked || info.type == nil
    if sums.usedByteCount == tail.indexed.usedByteCount { indexedSums = sums }
  }

  /// Checks a clump; returns it as it is if its directory entry says something else.
  ///
  /// - Parameter isCertain: whether it has that number; else its entry may be any, and is left alone.
  private mutating func check(_ clump: Clump, isCertain: Bool) -> Clump? {
    let number = clump.position.number
    // A clump that is marked as damaged is known to be so; it has no header to compare with.
    guard clump.info.type != nil, let info = checkData(clump), isCertain else { return nil }
    let found = directory.entry(number)
    guard found != info else { return nil }
    isSound = isSound && !tail.written.isSealed
    if let found {
      output.note("\(arena.name): bad clump info for clump=\(number)")
      output.note("\texpected \(Self.text(info))")
      output.note("\tfound \(Self.text(found))")
    } else {
      output.note("\(arena.name): unwritten clump info for clump=\(number)")
    }
    return Clump(position: clump.position, info: info)
  }

  /// Checks a clump by itself; returns what its header says, nil when that or the data is not right.
  private mutating func checkData(_ clump: Clump) -> ClumpInfo? {
    let number = clump.position.number
    let stored: StoredClump
    do throws(StoreError) {
      stored = try arena.clump(at: clump.position.offset, hint: clump.info.clumpByteCount)
    } catch {
      complain("\(arena.name): clump=\(number) failed to read correctly: \(error)")
      return nil
    }
    guard let block = try? stored.block(), block.score == stored.header.info.score else {
      complain("\(arena.name): clump=\(number) has mismatched score")
      return nil
    }
    if stored.header.magic != tail.clumpMagic {
      let magic = hexadecimal(stored.header.magic)
      complain("\(arena.name): illegal clump magic number=\(magic) at clump=\(number)")
    }
    return stored.header.info
  }

  private mutating func mend(_ clump: Clump) throws(StoreError) {
    wrongCount += 1
    if mends { try repair.writeEntry(of: clump) }
  }

  private mutating func complain(_ text: String) {
    output.note(text)
    isSound = false
  }

  private static func text(_ info: ClumpInfo) -> String {
    "score=\(info.score) type=\(info.type?.number ?? info.typeValue) size=\(info.storedSize) "
      + "uncsize=\(info.size)"
  }
}
