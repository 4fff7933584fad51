internal import VentiCore

/// The clumps of an arena in the order in which they were written.
///
/// The directory says what they are, a disk block of it at a time. Whether its sizes add up is
/// checked at the end of each block, where a clump must begin. If none does, or the directory
/// cannot be read, the clumps of that block are found by their headers instead; what neither
/// shows is passed over, up to the next header, and reported as an error.
///
/// After the clumps that the tail counts come those that a server wrote but did not count before
/// it crashed or was looked at, found by their headers alone.
public struct ClumpWalk: Sequence, IteratorProtocol, Sendable {
  /// A clump, or why there is a gap before the next one.
  public typealias Element = Result<Clump, StoreError>

  private let arena: Arena
  private let magic: UInt32
  private let counted: ArenaStatistics
  private var batch: [Element] = []
  private var batchIndex = 0

  /// Where the walk goes on: after all clumps that have been returned once it has ended.
  private(set) var position: ClumpPosition

  /// Where the clumps end that the tail counts, once the walk has come so far.
  private(set) var endOfCounted: ClumpPosition

  /// Begins a walk.
  ///
  /// - Parameters:
  ///   - magic: what the clumps of the arena begin with.
  ///   - counted: what the tail says of the arena; `empty` when there is no tail, and headers
  ///     must do.
  ///   - start: a clump that is there, or the place after the last one.
  init(_ arena: Arena, magic: UInt32, counted: ArenaStatistics, from start: ClumpPosition) {
    self.arena = arena
    self.magic = magic
    self.counted = counted
    position = start
    endOfCounted = start
  }

  /// The next clump, or why some are passed over; nil after the last one.
  public mutating func next() -> Element? {
    if batchIndex == batch.count {
      batch.removeAll(keepingCapacity: true)
      batchIndex = 0
      if position.number < counted.clumpCount {
        takeDirectoryBlock()
        endOfCounted = position
      } else {
        takeUncounted()
      }
    }
    guard batchIndex < batch.count else { return nil }
    batchIndex += 1
    return batch[batchIndex - 1]
  }

  private mutating func takeDirectoryBlock() {
    let entries = directoryEntries()
    let byteCount = entries.reduce(0) { $0 + ($1?.clumpByteCount ?? 0) }
    let end = ClumpPosition(
      number: position.number + entries.count, offset: position.offset + byteCount)
    if entries.allSatisfy({ $0 != nil }), isClumpOrEnd(end) {
      for case .some(let info) in entries { take(info) }
    } else {
      takeOneByOne(entries)
    }
  }

  private mutating func takeOneByOne(_ entries: [ClumpInfo?]) {
    let first = position.number
    while position.number < first + entries.count {
      let rest = entries[(position.number - first)...]
      guard step(by: rest.first ?? nil) || passOver(rest.dropFirst()) else { return }
    }
  }

  /// The entries from the current clump to the end of its directory block; nil where they
  /// cannot be read.
  private func directoryEntries() -> [ClumpInfo?] {
    let perBlock = arena.geometry.entriesPerDirectoryBlock
    let number = position.number / perBlock
    let end = Swift.min((number + 1) * perBlock, counted.clumpCount)
    guard let block = try? arena.directoryBlock(number) else {
      return Array(repeating: nil, count: end - position.number)
    }
    return (position.number..<end).map { clump in
      let start = (clump - number * perBlock) * ClumpInfo.byteCount
      return try? ClumpInfo(
        parsing: block.bytes.extracting(start..<start + ClumpInfo.byteCount))
    }
  }

  /// Takes one clump by its header or its directory entry, whichever the next clump confirms.
  ///
  /// - Returns: false when there is neither.
  private mutating func step(by entry: ClumpInfo?) -> Bool {
    let header = header(at: position.offset)?.info
    let choices = [header, entry].compactMap { $0 }
    let confirmed = choices.first { info in
      isClumpOrEnd(Clump(position: position, info: info).end)
    }
    guard let info = confirmed ?? choices.first else { return false }
    take(info)
    return true
  }

  /// Goes on at the next header, which is less than the longest clump away, as the number that its
  /// entry has.
  ///
  /// - Parameter entries: those after the current clump.
  /// - Returns: false when the walk ends here.
  private mutating func passOver(_ entries: ArraySlice<ClumpInfo?>) -> Bool {
    let place = "clump \(position.number) at \(position.offset)"
    batch.append(
      .failure(arena.inconsistent("\(place) has no valid header and no directory entry")))
    guard let offset = nextHeader(after: position.offset), let header = header(at: offset) else {
      position = ClumpPosition(after: counted)
      return false
    }
    let skipped = entries.firstIndex(of: header.info).map { $0 - entries.startIndex } ?? 0
    position = ClumpPosition(number: position.number + 1 + skipped, offset: offset)
    return true
  }

  private mutating func takeUncounted() {
    guard let header = header(at: position.offset) else { return }
    take(header.info)
  }

  private mutating func take(_ info: ClumpInfo) {
    let clump = Clump(position: position, info: info)
    batch.append(.success(clump))
    position = clump.end
  }

  private func isClumpOrEnd(_ position: ClumpPosition) -> Bool {
    position.number == counted.clumpCount
      ? position.offset == counted.usedByteCount : header(at: position.offset) != nil
  }

  private func header(at offset: Int) -> ClumpHeader? {
    try? arena.clumpHeader(at: offset, magic: magic)
  }

  private func nextHeader(after offset: Int) -> Int? {
    let start = offset + ClumpHeader.byteCount
    let count = Swift.min(
      ClumpInfo.maximumSize + ClumpHeader.byteCount, counted.usedByteCount - start)
    guard count >= ClumpHeader.byteCount, let block = try? arena.data(count, at: start) else {
      return nil
    }
    let bytes = block.bytes
    let candidates = 0...count - ClumpHeader.byteCount
    return candidates.first { index in
      var reader = ByteReader(bytes.extracting(index...), of: "clump header")
      guard (try? reader.uint32()) == magic else { return false }
      return header(at: start + index) != nil
    }.map { start + $0 }
  }
}

extension Arena {
  /// The clumps of the arena as it is now, in the order in which they were written.
  ///
  /// - Parameter start: a clump that is there: `first`, the end of one that a walk returned, or
  ///   the end of what is indexed.
  public func clumps(from start: ClumpPosition = .first) throws(StoreError) -> ClumpWalk {
    let tail = try tail()
    return ClumpWalk(self, magic: tail.clumpMagic, counted: tail.written, from: start)
  }
}
