internal import VentiCore

/// Checks one arena: head and tail, every clump against its score and its directory entry, sums,
/// and the seal.
struct ArenaCheck {
  private let arena: Arena
  private let advance: (Int) throws(StoreError) -> Void
  private(set) var report = CheckReport()

  /// - Parameter advance: called with bytes that have been looked at; may end the check.
  init(_ arena: Arena, advance: @escaping (Int) throws(StoreError) -> Void) {
    self.arena = arena
    self.advance = advance
    report.arenaCount = 1
  }

  /// Runs the check.
  mutating func run() throws(StoreError) {
    guard let tail = try checkEnds() else { return }
    let sums = try checkClumps(tail)
    if let sums, sums != tail.written {
      note(
        "tail counts \(tail.written.clumpCount) clumps, \(tail.written.usedByteCount) bytes, "
          + "the arena has \(sums.clumpCount), \(sums.usedByteCount) bytes")
    }
    report.unindexedCount += tail.written.clumpCount - tail.indexed.clumpCount
    if tail.indexed.isSealed, tail.seal != .none { try checkSeal(tail.seal) }
  }

  /// Head and tail; nil when there is no tail to go by.
  private mutating func checkEnds() throws(StoreError) -> ArenaTail? {
    do throws(StoreError) {
      let tail = try arena.tail()
      let head = try arena.head()
      if head.version != tail.version || head.clumpMagic != tail.clumpMagic {
        note("head and tail disagree on version or clump magic")
      }
      report.noting(.arena) { [arena] () throws(StoreError) in try arena.checkIsExact(head, tail) }
      return tail
    } catch {
      report.note(.arena, error)
      return nil
    }
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
        guard clump.position.number < tail.written.clumpCount else { break }
        sums.add(clump.info)
        check(clump, magic: tail.clumpMagic)
        try advance(clump.info.clumpByteCount)
      }
    }
    sums.isSealed = tail.written.isSealed
    return hasGap || report.markedCount > 0 ? nil : sums
  }

  private mutating func check(_ clump: Clump, magic: UInt32) {
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
      checkDirectory(clump)
    } catch {
      report.note(.arena, error)
    }
  }

  /// Reads the directory entry itself: the walk may have gone by the header.
  private mutating func checkDirectory(_ clump: Clump) {
    let perBlock = arena.geometry.entriesPerDirectoryBlock
    let start = clump.position.number % perBlock * ClumpInfo.byteCount
    if directory?.number != clump.position.number / perBlock {
      let number = clump.position.number / perBlock
      directory = (try? arena.directoryBlock(number)).map { (number, $0) }
    }
    let info = directory.flatMap { directory in
      try? ClumpInfo(
        parsing: directory.block.bytes.extracting(start..<start + ClumpInfo.byteCount))
    }
    if info != clump.info {
      note("directory entry \(clump.position.number) is not what the clump says")
    }
  }

  private var directory: (number: Int, block: Block)?

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
