internal import Posix
internal import VentiCore

/// A block that is promised is answered for at once, and compressed and appended to the log later.
///
/// Nothing but an error of the disk can keep it out of the log, after which every sync fails: there is
/// room for it in memory, and in the arenas even if it cannot be compressed. A commit takes all that
/// was promised before it to the log first, so what a sync covers is the same.
extension StoreEngine {
  /// Promises to store a block.
  ///
  /// - Returns: false when only a writer that waits can store it, or be told why it cannot be.
  func promise(_ block: Block, of key: BlockKey) -> Bool {
    let (isPromised, needsThread) = state.withLock { state in
      guard mayPromise(block, state) else { return (false, false) }
      guard !state.hasPending(key) else { return (true, false) }
      state.unpacked.add(block, of: key)
      let needsThread = needsPackingThread(state)
      if needsThread { state.packingThreads += 1 }
      return (true, needsThread)
    }
    if needsThread, !packers.submit({ self.runPacking() }) {
      // The log thread packs what is there before each commit.
      state.withLock { $0.packingThreads -= 1 }
    }
    return isPromised
  }

  private func mayPromise(_ block: Block, _ state: WriteState) -> Bool {
    state.failure == nil && !state.isClosing && hasRoom(state)
      && state.unpacked.byteCount < options.unpackedByteLimit
      && state.overflow.count < options.unindexedClumpLimit
      && state.hasRoom(for: state.unpacked.room.adding(storedSize: block.count), in: slots)
  }

  /// Whether the threads that pack have so much to do that one more is worth waking.
  private func needsPackingThread(_ state: WriteState) -> Bool {
    state.packingThreads < Self.packingThreadLimit
      && state.unpacked.waitingByteCount
        >= UnpackedBlocks.batchByteCount * (state.packingThreads + 1)
  }

  private func runPacking() {
    let next = {
      self.state.withLock { state in
        let batch = state.unpacked.takeBatch()
        if batch == nil { state.packingThreads -= 1 }
        return batch
      }
    }
    while let batch = next() { pack(batch) }
  }

  /// Returns once all that was promised before is in the log; does its share of the work.
  func packAll() throws(BlockError) {
    let count = state.withLock { $0.unpacked.promisedCount }
    while let batch = state.withLock({ $0.unpacked.takeBatch(ofFirst: count) }) { pack(batch) }
    _ = try state.wait { state throws(BlockError) -> Void? in
      if state.unpacked.arePacked(count) { return () }
      if let failure = state.failure { throw .failed(reason: failure) }
      state.isPackingAwaited = true
      return nil
    }
  }

  /// Compresses blocks, and appends them to the log.
  private func pack(_ batch: UnpackedBlocks.Batch) {
    let stored = batch.blocks.map { compressed($0.block) }
    let time = options.now()
    attempt { () throws(StoreError) in
      let wakes = try state.withLock { state throws(StoreError) in
        // After an error of the disk they stay where readers find them.
        guard state.failure == nil else { return false }
        let ready = readyThreadCount(state)
        for ((key, block), stored) in zip(batch.blocks, stored) {
          guard state.append(stored, of: key, size: block.count, time: time, in: slots) else {
            throw .inconsistent(place: "arenas", reason: "no room for a block that was promised it")
          }
        }
        state.unpacked.remove(batch)
        defer { state.isPackingAwaited = false }
        return state.isPackingAwaited || readyThreadCount(state) > ready
      }
      if wakes { state.update { _ in } }
    }
  }

  /// The bytes to store: compressed where that makes them fewer.
  func compressed(_ block: Block) -> Block {
    guard options.compresses else { return block }
    var encoder = encoders.withLock { $0.popLast() } ?? WhackEncoder()
    defer { encoders.withLock { $0.append(encoder) } }
    return encoder.encode(block.bytes) ?? block
  }
}
