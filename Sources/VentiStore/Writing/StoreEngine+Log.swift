internal import Posix
internal import VentiCore

extension StoreEngine {
  /// Writes what is in memory to the arenas; it is not safe yet.
  func writeOut() throws(StoreError) {
    let pieces = state.withLock { $0.takeUnwritten() }
    try write(pieces)
    // Whoever asks for a sync one day does not wait for all of it then.
    log.beginSync(of: pieces)
  }

  /// Makes everything safe that has been appended so far, and answers who waits for that.
  func commit() throws(StoreError) {
    // What those who ask now were promised is packed before the commit is taken.
    let request = state.withLock { $0.sync.asked }
    do throws(BlockError) {
      try packAll()
    } catch {
      throw .inconsistent(place: "log", reason: "\(error)")
    }
    let work = state.withLock { $0.takeCommit(upTo: request) }
    try write(work.pieces)
    let dataArenas = state.withLock { $0.takeDirtyData() }
    try sync(dataArenas)
    for (number, tail) in work.tails { try log.write(tail, of: number) }
    try sync(work.tails.map(\.number))
    state.update { state in
      state.safeCount = max(state.safeCount, work.safeCount)
      state.sync.done = max(state.sync.done, work.request)
    }
  }

  /// Waits until everything appended before is safe.
  func sync() throws(BlockError) {
    let request = state.update { $0.sync.ask() }
    try waitForLog { $0.sync.done >= request }
  }

  private func waitForLog(_ isDone: (WriteState) -> Bool) throws(BlockError) {
    _ = try state.wait { state throws(BlockError) -> Void? in
      if isDone(state) { return () }
      if let failure = state.failure { throw .failed(reason: failure) }
      if state.threads == 0 { throw .failed(reason: "store is closed") }
      return nil
    }
  }

  private func write(_ pieces: [Piece]) throws(StoreError) {
    guard !pieces.isEmpty else { return }
    try log.write(pieces)
    state.update { $0.noteWritten(pieces) }
  }

  /// Syncs the partitions of arenas, each once.
  private func sync(_ numbers: [Int]) throws(StoreError) {
    var synced: Set<String> = []
    for number in numbers {
      let partition = slots[number].arena.partition
      if synced.insert(partition.name).inserted { try partition.sync() }
    }
  }
}

/// What a commit makes safe.
struct Commit {
  var pieces: [Piece]
  /// The tails that count them.
  var tails: [(number: Int, tail: ArenaTail)]
  /// Clumps that are safe afterwards.
  var safeCount: Int
  /// The last request that is answered by it.
  var request: Int
}

extension WriteState {
  /// Takes the clumps that are not written.
  fileprivate mutating func takeUnwritten() -> [Piece] {
    for piece in unwritten { arenas[piece.arena].isDataDirty = true }
    defer { unwritten = [] }
    return unwritten
  }

  /// Takes the clumps that are not written, and the tails that count exactly these and those
  /// before.
  fileprivate mutating func takeCommit(upTo request: Int) -> Commit {
    let numbers = arenas.indices.filter { arenas[$0].isTailDirty }
    for number in numbers { arenas[number].isTailDirty = false }
    return Commit(
      pieces: takeUnwritten(), tails: numbers.map { ($0, arenas[$0].tail) },
      safeCount: unindexed.enteredCount, request: request)
  }

  /// Takes the arenas that have clumps which are written and not synced.
  fileprivate mutating func takeDirtyData() -> [Int] {
    let numbers = arenas.indices.filter { arenas[$0].isDataDirty }
    for number in numbers { arenas[number].isDataDirty = false }
    return numbers
  }

  /// Lets go of the memory of clumps that are written.
  fileprivate mutating func noteWritten(_ pieces: [Piece]) {
    for piece in pieces {
      unwrittenByteCount -= piece.info.clumpByteCount
      let key = BlockKey(score: piece.info.score, typeValue: piece.info.typeValue)
      contents[key] = nil
    }
  }
}
