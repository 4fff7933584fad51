internal import VentiCore

/// The clumps of an arena in the order in which they were written.
///
/// The directory says what they are, a disk block of it at a time. Whether its sizes add up is
/// checked at the end of each block, where a clump must begin. If none does, or the directory
/// cannot be read, the clumps of that block are found by their headers instead; what neither
/// shows is a gap in the log, which is reported as an error and passed over.
///
/// After the clumps that the tail counts come those that a server wrote but did not count before
/// it crashed or was looked at, found by their headers alone.
public struct ClumpWalk: Sequence, IteratorProtocol, Sendable {
  /// A clump, or why there is a gap before the next one.
  public typealias Element = Result<Clump, StoreError>

  /// No more entries in a row than these are gone by without a header that confirms them.
  private static let runLimit = 1024

  private let arena: Arena
  private let magic: UInt32
  private let counted: ArenaStatistics
  private var directory: DirectoryEntries
  /// Where the last gap began in front of which numbers are known.
  private var certain: ClumpPosition
  private var batch: [Element] = []
  private var batchIndex = 0

  /// Where the walk goes on: after all clumps that have been returned once it has ended.
  private(set) var position: ClumpPosition

  /// Whether the clump that was returned last has the number that it is said to have.
  ///
  /// It may have a greater one after a gap, if no directory entry behind it is what a header says.
  package private(set) var knowsNumbers = true

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
    directory = DirectoryEntries(arena)
    certain = start
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
      takeOneByOne(upTo: end.number)
    }
  }

  private mutating func takeOneByOne(upTo end: Int) {
    while position.number < end {
      if takeOne() || takeRun() { continue }
      // A gap comes alone, so that `knowsNumbers` is true of what has been returned.
      if batch.isEmpty { passOver() }
      return
    }
  }

  /// The entries from the current clump to the end of its directory block; nil where they
  /// cannot be read.
  private mutating func directoryEntries() -> [ClumpInfo?] {
    let perBlock = arena.geometry.entriesPerDirectoryBlock
    let end = Swift.min((position.number / perBlock + 1) * perBlock, counted.clumpCount)
    var entries: [ClumpInfo?] = []
    entries.reserveCapacity(end - position.number)
    for number in position.number..<end { entries.append(directory.entry(number)) }
    return entries
  }

  /// Takes one clump by its header or its directory entry, whichever the next clump confirms; else by
  /// its header, if only but for the magic number.
  ///
  /// - Returns: false when there is none.
  private mutating func takeOne() -> Bool {
    let entry = directory.entry(position.number)
    let header = header(at: position.offset)?.info
    let confirmed = [header, entry].compactMap { $0 }.first { info in
      isClumpOrEnd(Clump(position: position, info: info).end)
    }
    guard let info = confirmed ?? header ?? entry.flatMap({ isInLog($0) ? $0 : nil }) else {
      return false
    }
    take(info)
    return true
  }

  /// Takes clumps by their directory entries alone, if these lead to a header, or to the end.
  ///
  /// - Returns: false when they do not.
  private mutating func takeRun() -> Bool {
    var infos: [ClumpInfo] = []
    var end = position
    while end.number < counted.clumpCount, infos.count < Self.runLimit,
      let info = directory.entry(end.number)
    {
      infos.append(info)
      end = Clump(position: end, info: info).end
      if isClumpOrEnd(end) {
        for info in infos { take(info) }
        return true
      }
    }
    return false
  }

  /// Goes on behind a gap in the log, or behind all clumps if it has no end.
  private mutating func passOver() {
    let place = "clump \(position.number) at \(position.offset)"
    batch.append(
      .failure(
        arena.inconsistent("\(place) has no valid header, and no directory entry that fits")))
    if knowsNumbers { certain = position }
    let gap = LogGap(
      in: arena, magic: magic, counted: counted, from: position.offset, after: certain)
    let end = gap.findEnd()
    position = end?.position ?? ClumpPosition(after: counted)
    knowsNumbers = end?.isNumberCertain ?? true
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

  /// Whether a header says the same as a directory entry, whatever its magic number is.
  private func isInLog(_ entry: ClumpInfo) -> Bool {
    let stored = try? arena.clump(at: position.offset, hint: ClumpHeader.byteCount)
    return stored?.header.info == entry
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
