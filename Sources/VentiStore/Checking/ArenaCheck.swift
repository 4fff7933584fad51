internal import VentiCore

/// Checks one arena: head and tail, every clump against its score and its directory entry, sums,
/// and the seal.
struct ArenaCheck {
  private let arena: Arena
  private let advance: (Int) throws(StoreError) -> Void
  private var directory: DirectoryEntries
  private(set) var report = CheckReport()

  /// - Parameter advance: called with bytes that have been looked at; may end the check.
  init(_ arena: Arena, advance: @escaping (Int) throws(StoreError) -> Void) {
    self.arena = arena
    self.advance = advance
    directory = DirectoryEntries(arena)
    report.arenaCount = 1
  }

  /// Runs the check.
  mutating func run() throws(StoreError) {
    let (head, tail) = checkEnds()
    guard let tail else { return try checkByHeaders(magic: head?.clumpMagic) }
    let sums = try checkClumps(tail)
    if let sums, sums != tail.written {
      note(
        "tail counts \(tail.written.clumpCount) clumps, \(tail.written.usedByteCount) bytes, "
          + "the arena has \(sums.clumpCount), \(sums.usedByteCount) bytes")
    }
    report.unindexedCount += tail.written.clumpCount - tail.indexed.clumpCount
    if tail.indexed.isSealed, tail.seal != .none { try checkSeal(tail.seal) }
  }

  /// Head and tail, either of which says what is needed to check the clumps.
  private mutating func checkEnds() -> (ArenaHead?, ArenaTail?) {
    var head: ArenaHead?
    var tail: ArenaTail?
    report.noting(.arena) { [arena] () throws(StoreError) in head = try arena.head() }
    report.noting(.arena) { [arena] () throws(StoreError) in tail = try arena.tail() }
    guard let head, let tail else { return (head, tail) }
    if head.version != tail.version || head.clumpMagic != tail.clumpMagic {
      note("head and tail disagree on version or clump magic")
    }
    report.noting(.arena) { [arena] () throws(StoreError) in try arena.checkIsExact(head, tail) }
    return (head, tail)
  }

  /// Reads the clumps that headers lead to, from the first on, where no tail says how many there are.
  ///
  /// - Parameter magic: what they begin with; nil when the first one has to tell.
  private mutating func checkByHeaders(magic: UInt32?) throws(StoreError) {
    let first = try? arena.clump(at: 0, hint: ClumpHeader.byteCount).header.magic
    guard let magic = magic ?? first else {
      return note("no clump was checked: neither head nor tail nor the first clump can be read")
    }
    var walk = ClumpWalk(arena, magic: magic, counted: .empty, from: .first)
    var end = ClumpPosition.first
    while case .success(let clump) = walk.next() {
      check(clump, magic: magic, isCounted: false)
      end = clump.end
      try advance(clump.info.clumpByteCount)
    }
    note(
      "\(end.number) clumps in \(end.offset) bytes were found by their headers; without the tail "
        + "it is not known whether there are more")
  }

  /// Reads all clumps that the tail counts.
  ///
  /// - Returns: what they add up to; nil when that cannot be known.
  private mutating func checkClumps(_ tail: ArenaTail) throws(StoreError) -> ArenaStatistics? {
    var sums = ArenaStatistics.empty
    var walk = ClumpWalk(arena, magic: tail.clumpMagic, counted: tail.written, from: .first)
    var hasGap = false
    while let result = walk.next() {
      switch result {
      case .failure(let error):
        report.note(.arena, error)
        hasGap = true
      case .success(let clump):
        guard tail.written.count(clump) else { break }
        sums.add(clump.info)
        check(clump, magic: tail.clumpMagic, isCounted: true)
        try advance(clump.info.clumpByteCount)
      }
    }
    sums.isSealed = tail.written.isSealed
    return hasGap || report.markedCount > 0 ? nil : sums
  }

  /// Checks a clump against its score and, if the tail counts it, its directory entry.
  private mutating func check(_ clump: Clump, magic: UInt32, isCounted: Bool) {
    let place = "clump \(clump.position.number) at \(clump.position.offset)"
    guard clump.info.type != nil else {
      report.markedCount += 1
      return
    }
    do throws(StoreError) {
      let stored = try arena.clump(at: clump.position.offset, hint: clump.info.clumpByteCount)
      if stored.header.magic != magic { note("\(place) has another magic number") }
      if stored.header.info != clump.info { note("\(place) is not what the directory says") }
      let block = try? stored.block()
      guard block?.score == stored.header.info.score else {
        return note("\(place): score \(stored.header.info.score) does not match its data")
      }
      report.clumpCount += 1
      report.blockByteCount += clump.info.size
      if isCounted { checkDirectory(clump) }
    } catch {
      report.note(.arena, error)
    }
  }

  /// Reads the directory entry itself: the walk may have gone by the header.
  private mutating func checkDirectory(_ clump: Clump) {
    if directory.entry(clump.position.number) != clump.info {
      note("directory entry \(clump.position.number) is not what the clump says")
    }
  }

  private mutating func checkSeal(_ seal: Score) throws(StoreError) {
    let found = try ArenaSeal.compute(of: arena)
    report.sealCount += 1
    try advance(arena.geometry.length)
    if found != seal { note("seal \(seal) does not match the arena: it has \(found)") }
  }

  private mutating func note(_ reason: String) {
    report.note(.arena, arena.inconsistent(reason))
  }
}
