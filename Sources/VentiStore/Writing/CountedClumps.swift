internal import VentiCore

/// Tells from headers alone whether clumps that the tail counts are there, so that hardly any need
/// be read in full at the start.
///
/// `Store` never counts a clump that is not safe. plan9port's tail can reach the disk before the
/// data, which then lacks whole disk blocks. A clump's own header and the next one stand in the
/// disk blocks where it begins and ends; so with both of them right a clump is there, unless it
/// has a disk block all to itself. Once a header is wrong, all clumps from there on are doubtful.
/// Where the tail is known to be one of `Store`, nothing need be looked at.
struct CountedClumps {
  private let arena: Arena
  private let tail: ArenaTail
  private let isSafe: Bool
  private var isDoubtful = false
  /// A part of the data area.
  private var window = Block.empty
  private var windowStart = 0

  private static let windowByteCount = 1 << 20

  /// - Parameter isSafe: whether `SafeTails` has the tail.
  init(_ arena: Arena, tail: ArenaTail, isSafe: Bool) {
    self.arena = arena
    self.tail = tail
    self.isSafe = isSafe
  }

  /// Whether a clump, asked for in the order of the log, is surely there.
  ///
  /// The last one is not: no header need follow it.
  mutating func vouches(for clump: Clump) -> Bool {
    if isSafe { return clump.info.type != nil }
    guard !isDoubtful else { return false }
    guard header(at: clump.position.offset)?.info == clump.info,
      clump.end.number < tail.written.clumpCount, header(at: clump.end.offset) != nil
    else {
      isDoubtful = true
      return false
    }
    return clump.info.type != nil && !hasBlockToItself(clump)
  }

  private func hasBlockToItself(_ clump: Clump) -> Bool {
    let start = arena.start + arena.geometry.dataOffset
    let blockSize = arena.geometry.blockSize
    let first = (start + clump.position.offset + blockSize - 1) / blockSize
    return (first + 1) * blockSize <= start + clump.end.offset
  }

  private mutating func header(at offset: Int) -> ClumpHeader? {
    let isInside =
      offset >= windowStart
      && offset + ClumpHeader.byteCount <= windowStart + window.count
    if !isInside {
      let count = min(Self.windowByteCount, arena.geometry.size - offset)
      guard count >= ClumpHeader.byteCount, let block = try? arena.data(count, at: offset) else {
        return nil
      }
      (window, windowStart) = (block, offset)
    }
    let start = offset - windowStart
    return try? ClumpHeader(
      parsing: window.bytes.extracting(start..<start + ClumpHeader.byteCount),
      magic: tail.clumpMagic)
  }
}
