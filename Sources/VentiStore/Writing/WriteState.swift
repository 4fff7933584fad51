internal import VentiCore

/// All that the threads of the engine share, behind one lock.
struct WriteState: Sendable {
  /// By arena in the order of filling.
  var arenas: [ArenaState]
  /// The arena that takes clumps; the count of arenas once all are full.
  var active = 0

  /// Clumps that are not written to the arenas, for readers.
  var contents: [BlockKey: Piece.Content] = [:]
  /// Clumps that are not in the index, in the order of the log.
  var unindexed = UnindexedClumps()
  /// How many clumps that have been in line for the index are safe in the arenas.
  var safeCount = 0
  /// Clumps that their buckets have no room for, and where their blocks are found.
  var overflow: [IndexEntry] = []
  var overflowPlaces: [BlockKey: IndexEntry] = [:]
  /// What was last kept of them for the next start.
  var keptOverflow: OverflowList?

  /// Blocks that are promised, and not in the log yet.
  var unpacked = UnpackedBlocks()
  /// Threads that pack them, and whether another waits for that.
  var packingThreads = 0
  var isPackingAwaited = false

  /// Clumps that are not written yet, in the order of the log.
  var unwritten: [Piece] = []
  /// Bytes of them.
  var unwrittenByteCount = 0

  /// Requests are numbered; one is done when `done` has reached its number.
  var sync = Requests()
  var indexing = Requests()

  /// Why the store takes no more writes.
  var failure: String?
  var isClosing = false
  /// Threads that have not ended.
  var threads = 0

  struct Requests: Sendable {
    var asked = 0
    var done = 0

    var isWaiting: Bool { asked > done }

    /// Asks for one more.
    mutating func ask() -> Int {
      asked += 1
      return asked
    }
  }

  init(_ tails: [ArenaTail]) {
    arenas = tails.map { ArenaState(tail: $0) }
    active = tails.firstIndex { !$0.written.isSealed } ?? tails.count
  }

  /// Whether anything is in memory, or on disk unsynced, that a power cut would lose.
  var isDirty: Bool {
    !unpacked.isEmpty || !unwritten.isEmpty || arenas.contains { $0.isTailDirty || $0.isDataDirty }
  }

  /// Blocks that take memory until the index has them.
  var waitingForIndex: Int { unpacked.count + unindexed.count + overflow.count }

  /// Whether the store has a block that the index does not have yet.
  func hasPending(_ key: BlockKey) -> Bool {
    place(of: key) != nil || unpacked[key] != nil
  }

  /// Where a block is that the index does not have, once it has a place in the log.
  func place(of key: BlockKey) -> IndexEntry? {
    unindexed[key]?.entry ?? overflowPlaces[key]
  }
}

extension WriteState {
  /// Whether clumps are sure to find room, whatever else they are appended with.
  ///
  /// They are if one arena has room for all of them: the log either never comes to it, or comes with
  /// some of them.
  func hasRoom(for clumps: ArenaRoom, in map: [ArenaSlot]) -> Bool {
    (active..<map.count).contains {
      map[$0].arena.geometry.hasRoom(for: clumps, after: arenas[$0].tail.written)
    }
  }

  /// Gives a clump its place in the first arena that has room, and puts it in line.
  ///
  /// An arena that a clump does not fit in is sealed for good, even if smaller ones would fit: so
  /// the format has it.
  ///
  /// - Returns: false when all arenas are full.
  mutating func append(
    _ stored: Block, of key: BlockKey, size: Int, time: UInt32, in map: [ArenaSlot]
  ) -> Bool {
    let info = ClumpInfo(
      typeValue: key.typeValue, storedSize: stored.count, size: size, score: key.score)
    while active < map.count {
      let written = arenas[active].tail.written
      if map[active].arena.geometry.hasRoom(storedSize: stored.count, after: written) { break }
      arenas[active].tail.written.isSealed = true
      arenas[active].isTailDirty = true
      active += 1
    }
    guard active < map.count else { return false }
    let header = ClumpHeader(
      magic: arenas[active].tail.clumpMagic, info: info,
      encoding: info.isCompressed ? .whack : .plain, time: time)
    add(
      info, content: Piece.Content(header: header, stored: stored), time: time, to: active,
      at: map[active].address)
    return true
  }

  /// Counts a clump at the end of an arena's log, and puts it in line for directory and index.
  mutating func add(
    _ info: ClumpInfo, content: Piece.Content?, time: UInt32, to arena: Int, at address: Int
  ) {
    let position = ClumpPosition(after: arenas[arena].tail.written)
    arenas[arena].tail.count(info, time: time)
    arenas[arena].isTailDirty = true
    unwritten.append(Piece(arena: arena, position: position, info: info, content: content))
    unwrittenByteCount += info.clumpByteCount
    enterUnindexed(
      UnindexedClump(info, arena: arena, address: UInt64(address + position.offset)),
      upTo: arenas[arena].tail.written)
    if let content {
      contents[BlockKey(score: info.score, typeValue: info.typeValue)] = content
    }
  }

  /// Puts a clump in line for the index.
  ///
  /// - Parameter statistics: what its arena holds up to and with it.
  mutating func enterUnindexed(_ clump: UnindexedClump, upTo statistics: ArenaStatistics) {
    arenas[clump.arena].enter(clump, upTo: statistics)
    unindexed.append(clump)
  }
}

extension ArenaTail {
  /// Counts a clump after the others.
  fileprivate mutating func count(_ info: ClumpInfo, time: UInt32) {
    if written.clumpCount == 0 { firstWriteTime = time }
    lastWriteTime = time
    written.add(info)
  }
}

extension ArenaStatistics {
  /// Counts a clump.
  mutating func add(_ info: ClumpInfo) {
    clumpCount += 1
    if info.isCompressed { compressedClumpCount += 1 }
    usedByteCount += info.clumpByteCount
    blockByteCount += info.size
  }
}

/// An arena and where its data area begins in the address space of the index.
struct ArenaSlot: Sendable {
  let arena: Arena
  let address: Int
}
