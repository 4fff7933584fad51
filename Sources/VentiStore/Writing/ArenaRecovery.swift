internal import VentiCore

/// What a crash, or another server, left to do in an arena: found out at the start.
///
/// The tail says which clumps are indexed, and which are in the directory. Clumps between the two
/// go to the index, by what the directory says of them as far as `CountedClumps` finds them there;
/// others are read and checked. After them there may be more, which were written and not counted:
/// those that are whole are taken over, up to the first that is not, where the log is cut off.
struct ArenaRecovery {
  /// A clump that is not counted.
  struct Found {
    let clump: Clump
    let time: UInt32
    let bytes: (header: Block, data: Block)
  }

  private let arena: Arena
  private let tail: ArenaTail
  private let isSafe: Bool

  /// - Parameter isSafe: whether `SafeTails` has the tail.
  init(_ arena: Arena, tail: ArenaTail, isSafe: Bool = false) {
    self.arena = arena
    self.tail = tail
    self.isSafe = isSafe
  }

  /// Calls `body` with each clump that the tail counts and the index lacks, and with whether its data is
  /// right: nobody shall find it otherwise.
  func forEachUnindexed(
    _ body: (Clump, _ isSound: Bool) throws(StoreError) -> Void
  ) throws(StoreError) {
    let start = ClumpPosition(after: tail.indexed)
    var walk = ClumpWalk(arena, magic: tail.clumpMagic, counted: tail.written, from: start)
    var counted = CountedClumps(arena, tail: tail, isSafe: isSafe)
    while let result = walk.next() {
      guard case .success(let clump) = result else { continue }
      guard clump.position.number < tail.written.clumpCount else { return }
      let isSound = counted.vouches(for: clump) ? true : try check(clump.position) != nil
      try body(clump, isSound)
    }
  }

  /// Calls `body` with each clump after those that the tail counts.
  ///
  /// - Returns: where the log ends.
  func forEachUncounted(_ body: (Found) throws(StoreError) -> Void) throws(StoreError)
    -> ArenaStatistics
  {
    var written = tail.written
    while !written.isSealed {
      let position = ClumpPosition(after: written)
      guard let (header, bytes) = try check(position),
        arena.geometry.hasRoom(storedSize: header.info.storedSize, after: written)
      else { break }
      try body(
        Found(
          clump: Clump(position: position, info: header.info), time: header.time, bytes: bytes))
      written.add(header.info)
    }
    return written
  }

  /// Makes sure that nobody takes what is left after the log's end for a clump, or for an entry of
  /// the directory.
  func cutOff(after written: ArenaStatistics) throws(StoreError) {
    guard !written.isSealed else { return }
    try clear(
      4, at: arena.start + arena.geometry.dataOffset + written.usedByteCount)
    let perBlock = arena.geometry.entriesPerDirectoryBlock
    let used = written.clumpCount % perBlock * ClumpInfo.byteCount
    // A block that is not in use yet is made zero by its first entry.
    guard used > 0 else { return }
    let block = arena.geometry.directoryBlockOffset(written.clumpCount / perBlock)
    try clear(arena.geometry.blockSize - used, at: arena.start + block + used)
  }

  /// Makes bytes zero unless they are.
  private func clear(_ count: Int, at offset: Int) throws(StoreError) {
    let bytes = try arena.partition.read(count, at: offset).array
    guard !bytes.allSatisfy({ $0 == 0 }) else { return }
    try arena.partition.writeZeros(count, at: offset)
    try arena.partition.sync()
  }

  /// Writes a clump where it is.
  ///
  /// What is read there may be on no disk: the system forgets that it has something to write when it
  /// has failed to, and a sync of a later day says nothing of it.
  func writeAgain(_ found: Found) throws(StoreError) {
    var writer = ByteWriter(capacity: found.clump.info.clumpByteCount)
    writer.raw(found.bytes.header.bytes)
    writer.raw(found.bytes.data.bytes)
    let start = arena.start + arena.geometry.dataOffset
    try arena.partition.write(writer, at: start + found.clump.position.offset)
  }

  /// The header of the clump at a place, and its bytes; nil unless it is whole and right.
  private func check(
    _ position: ClumpPosition
  ) throws(StoreError) -> (ClumpHeader, (header: Block, data: Block))? {
    let rest = arena.geometry.size - position.offset - ClumpHeader.byteCount
    guard rest >= 0 else { return nil }
    let bytes = try arena.data(ClumpHeader.byteCount, at: position.offset)
    guard
      let header = try? ClumpHeader(parsing: bytes.bytes, magic: tail.clumpMagic),
      header.info.type != nil, header.info.storedSize <= rest
    else { return nil }
    let stored = try arena.data(
      header.info.storedSize, at: position.offset + ClumpHeader.byteCount)
    let block = try? StoredClump(header: header, bytes: stored).block()
    guard block?.score == header.info.score else { return nil }
    return (header, (bytes, stored))
  }
}
