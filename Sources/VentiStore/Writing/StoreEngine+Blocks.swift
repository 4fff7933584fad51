internal import Posix
internal import VentiCore

extension StoreEngine {
  /// Finds a block that the index does not have yet; nil when there is none.
  func readPending(_ address: BlockAddress, following log: LogFollower) -> Block? {
    let key = BlockKey(address.score, address.type)
    let (unpacked, place, content) = state.withLock { $0.find(key) }
    if let unpacked { return unpacked }
    if let content {
      let clump = StoredClump(header: content.header, bytes: content.stored)
      if let block = try? clump.block() { return block }
    }
    guard let place else { return nil }
    if let block = log.block(address) { return block }
    var search = BlockSearch(address, following: log)
    return search.read([place], through: addresses)
  }

  /// Finds a block that the index does not have yet, without waiting for a disk.
  func readPending(_ address: BlockAddress, through reader: InMemoryReader) -> Block? {
    let key = BlockKey(address.score, address.type)
    let (unpacked, place, content) = state.withLock { $0.find(key) }
    if let unpacked { return unpacked }
    guard let content else { return place.flatMap { reader.read(address, at: $0) } }
    return try? StoredClump(header: content.header, bytes: content.stored).block()
  }

  /// Whether the store has a block; nil when a disk has to be asked.
  func contains(_ key: BlockKey, _ type: BlockType, in reader: InMemoryReader) -> Bool? {
    let (isPending, place) = pending(key)
    if let place { return reader.hasClump(at: place) ? true : nil }
    if isPending { return true }
    return buckets.isBlank(for: key.score) ? false : reader.contains(key, type)
  }

  /// Whether the store has a block, so that it need not be stored again.
  ///
  /// Where that cannot be found out, a second copy does no harm.
  func contains(_ key: BlockKey, _ type: BlockType) -> Bool {
    if isPending(key) { return true }
    if buckets.isBlank(for: key.score) { return false }
    do throws(StoreError) {
      if let bloom, try !bloom.mayContain(key.score) { return false }
      return try buckets.entries(for: key.score, type).contains { isGenuine($0) }
    } catch {
      return false
    }
  }

  /// Whether the store has a block that the index does not have yet.
  ///
  /// One from an earlier run whose clump is gone is forgotten, so that it can be appended anew.
  private func isPending(_ key: BlockKey) -> Bool {
    let (isPending, place) = pending(key)
    guard let place, !isGenuine(place) else { return isPending }
    state.withLock { $0.forget(key, at: place.address) }
    return false
  }

  /// Whether a block waits for the index, and where it is on the disk already.
  private func pending(_ key: BlockKey) -> (isPending: Bool, place: IndexEntry?) {
    state.withLock { ($0.hasPending(key), $0.placeOnDisk(of: key)) }
  }

  /// Whether an entry points to a clump of its block.
  func isGenuine(_ entry: IndexEntry) -> Bool {
    addresses.hasClump(at: entry)
  }

  /// Appends a block to the log, unless another thread has just done so.
  func append(_ stored: Block, of key: BlockKey, size: Int) throws(BlockError) {
    let time = options.now()
    while try !appendBesidePromises(stored, of: key, size: size, time: time) { try packAll() }
  }

  /// Appends a block as soon as there is room in memory.
  ///
  /// - Returns: false when it might take the room in the arenas that others were promised.
  private func appendBesidePromises(
    _ stored: Block, of key: BlockKey, size: Int, time: UInt32
  ) throws(BlockError) -> Bool {
    let outcome = try state.wait { state throws(BlockError) -> (isDone: Bool, wakes: Bool)? in
      if let failure = state.failure { throw .failed(reason: failure) }
      if state.isClosing { throw .failed(reason: "store is closed") }
      if state.hasPending(key) { return (true, false) }
      guard state.overflow.count < options.unindexedClumpLimit else {
        throw .full(reason: "no space left in index: \(index.hasNoRoom(for: state.overflow.count))")
      }
      guard hasRoom(state) else { return nil }
      let all = state.unpacked.room.adding(storedSize: stored.count)
      guard state.unpacked.isEmpty || state.hasRoom(for: all, in: slots) else {
        return (false, false)
      }
      let ready = readyThreadCount(state)
      guard state.append(stored, of: key, size: size, time: time, in: slots) else {
        throw .full(reason: "no space left in arenas")
      }
      return (true, readyThreadCount(state) > ready)
    }
    if outcome?.wakes == true { state.update { _ in } }
    return outcome?.isDone != false
  }
}

extension WriteState {
  /// Where a block is in the arenas that the index does not have; nil while it is in memory.
  fileprivate func placeOnDisk(of key: BlockKey) -> IndexEntry? {
    unpacked[key] == nil && contents[key] == nil ? place(of: key) : nil
  }

  /// Has a block not be found at a place.
  fileprivate mutating func forget(_ key: BlockKey, at address: UInt64) {
    if unindexed[key]?.address == address { unindexed.hide(key) }
    if overflowPlaces[key]?.address == address { overflowPlaces[key] = nil }
  }

  /// What is in memory of a block, and where it is if it has a place in the log.
  fileprivate func find(
    _ key: BlockKey
  ) -> (unpacked: Block?, place: IndexEntry?, content: Piece.Content?) {
    (unpacked[key], place(of: key), contents[key])
  }
}

extension Arena {
  /// Whether the clump at an offset says that it holds a block.
  func hasHeader(of key: BlockKey, at offset: Int) -> Bool {
    guard
      let block = try? data(ClumpHeader.byteCount, at: offset),
      let header = try? ClumpHeader(parsing: block.bytes)
    else { return false }
    return header.info.score == key.score && header.info.typeValue == key.typeValue
  }
}
