internal import VentiCore

/// What of an arena its directory and its tail should say, and do not.
///
/// Only a whole clump whose data is right is ever counted, and nothing is taken away: a clump that
/// is damaged keeps its place, its entry and all that follows it.
package struct ArenaRepair: Sendable {
  private let arena: Arena
  /// The tail as it is on disk.
  package let tail: ArenaTail
  /// What the tail should count as written.
  package let written: ArenaStatistics

  /// Looks at what lies after the clumps that the tail counts; remembers none of them, as there may be
  /// any number.
  package init(of arena: Arena) throws(StoreError) {
    self.arena = arena
    tail = try arena.tail()
    written = try ArenaRecovery(arena, tail: tail).forEachUncounted { _ in }
  }

  /// Whether the tail should say something else.
  package var changesTail: Bool { written != tail.written }

  /// How many clumps are whole, and not counted.
  package var uncountedCount: Int { written.clumpCount - tail.written.clumpCount }

  /// Writes the directory entries of the clumps that are not counted, then the tail that counts them.
  ///
  /// - Precondition: the arena is not sealed, and nobody else has it open.
  package func apply() throws(StoreError) {
    precondition(!tail.written.isSealed)
    var tail = tail
    let recovery = ArenaRecovery(arena, tail: tail)
    // Read and checked once more, since what was read before may have been in memory only, and gone.
    let written = try recovery.forEachUncounted { found throws(StoreError) in
      try recovery.writeAgain(found)
      try writeEntry(of: found.clump)
      if found.clump.position == .first { tail.firstWriteTime = found.time }
      tail.lastWriteTime = found.time
    }
    try arena.partition.sync()
    guard written != tail.written else { return }
    tail.written = written
    try write(tail)
  }

  /// Writes a tail that counts what there is, where it counts something else.
  ///
  /// - Parameters:
  ///   - written: what all bytes that it counts hold.
  ///   - indexed: the same, of those that it counts as indexed.
  /// - Precondition: as for `apply`.
  package func write(_ written: ArenaStatistics, indexed: ArenaStatistics) throws(StoreError) {
    precondition(!tail.written.isSealed)
    var tail = tail
    (tail.written, tail.indexed) = (written, indexed)
    try arena.partition.sync()
    try write(tail)
  }

  /// Writes a tail that counts what is safe.
  private func write(_ tail: ArenaTail) throws(StoreError) {
    try LogWriter(arenas: [arena]).write(tail, of: 0)
    try arena.partition.sync()
  }

  /// Writes the directory entry of a clump, which is safe after `apply`; a new block of the directory is
  /// made zero.
  ///
  /// - Precondition: as for `apply`.
  package func writeEntry(of clump: Clump) throws(StoreError) {
    let perBlock = arena.geometry.entriesPerDirectoryBlock
    let index = clump.position.number % perBlock
    let block = arena.geometry.directoryBlockOffset(clump.position.number / perBlock)
    var writer = ByteWriter()
    clump.info.write(to: &writer)
    if index == 0, clump.position.number >= tail.written.clumpCount {
      writer.pad(to: arena.geometry.blockSize)
    }
    try arena.partition.write(
      writer, at: arena.start + block + index * ClumpInfo.byteCount)
  }
}
