internal import VentiCore

/// A stretch of an arena's log of which neither headers nor directory entries are left.
///
/// The log goes on at the next header. Which number its clump has is not known from the header, as any
/// number of clumps may have been lost; but somewhere behind the gap headers and directory go
/// together again, or all headers up to the end of what the tail counts are there.
struct LogGap {
  /// Where the log goes on.
  struct End {
    let position: ClumpPosition
    /// Whether the clump there has that number for certain; else it may have a greater one.
    let isNumberCertain: Bool
  }

  /// What the headers from some place on say.
  private enum Chain {
    /// The first clump's number.
    case number(Int)
    /// Nothing of numbers, but they are headers, since no block is so long that it could hold them all.
    case isLong
    /// Nothing: what looks like headers may be the contents of a block.
    case isShort
  }

  /// How many bytes are searched at a time, and are lost where some of them cannot be read.
  private static let searchByteCount = 4096

  private let arena: Arena
  private let magic: UInt32
  private let counted: ArenaStatistics
  /// Where the first lost clump begins.
  private let start: Int
  /// The last clump whose number is certain, which is this one or that of a gap before it.
  private let certain: ClumpPosition

  /// Describes the gap that begins with a clump that the tail counts, at the offset `start`.
  init(
    in arena: Arena, magic: UInt32, counted: ArenaStatistics, from start: Int,
    after certain: ClumpPosition
  ) {
    self.arena = arena
    self.magic = magic
    self.counted = counted
    self.start = start
    self.certain = certain
  }

  /// Looks for the end; nil when there are no more headers.
  func findEnd() -> End? {
    var searched = start + ClumpHeader.byteCount
    while let offset = nextHeader(from: searched) {
      var numbers = ClumpNumbers(
        of: arena, from: certain, to: offset, clumpCount: counted.clumpCount)
      switch chain(from: offset, &numbers) {
      case .number(let number):
        return End(position: ClumpPosition(number: number, offset: offset), isNumberCertain: true)
      case .isShort where !isWhole(offset):
        searched = offset + 1
      case .isLong, .isShort:
        let position = ClumpPosition(number: numbers.range.lowerBound, offset: offset)
        return End(position: position, isNumberCertain: false)
      }
    }
    return nil
  }

  /// Follows headers until one of them tells the number of the first.
  private func chain(from offset: Int, _ numbers: inout ClumpNumbers) -> Chain {
    var end = ClumpPosition(number: 0, offset: offset)
    while let info = header(at: end.offset)?.info {
      if let number = numbers.only(for: info, after: end.number) { return .number(number) }
      end = Clump(position: end, info: info).end
    }
    let number = counted.clumpCount - end.number
    if end.offset == counted.usedByteCount, numbers.range.contains(number) {
      return .number(number)
    }
    return end.offset - offset > ClumpInfo.maximumSize ? .isLong : .isShort
  }

  /// Whether a header has the block that it describes behind it, wherever that may be from.
  private func isWhole(_ offset: Int) -> Bool {
    let clump = try? arena.clump(at: offset, hint: ClumpHeader.byteCount)
    guard let clump else { return false }
    return (try? clump.block())?.score == clump.header.info.score
  }

  private func header(at offset: Int) -> ClumpHeader? {
    guard offset < counted.usedByteCount else { return nil }
    return try? arena.clumpHeader(at: offset, magic: magic)
  }

  private func nextHeader(from offset: Int) -> Int? {
    var offset = offset
    while offset <= counted.usedByteCount - ClumpHeader.byteCount {
      let count = min(Self.searchByteCount, counted.usedByteCount - offset)
      if let block = try? arena.data(count, at: offset),
        let index = firstHeader(in: block.bytes, at: offset)
      {
        return offset + index
      }
      // A header may begin at the end of what was searched.
      offset += max(1, count - ClumpHeader.byteCount + 1)
    }
    return nil
  }

  private func firstHeader(in bytes: RawSpan, at offset: Int) -> Int? {
    guard bytes.byteCount >= ClumpHeader.byteCount else { return nil }
    return (0...bytes.byteCount - ClumpHeader.byteCount).first { index in
      var reader = ByteReader(bytes.extracting(index...), of: "clump header")
      guard (try? reader.uint32()) == magic else { return false }
      return header(at: offset + index) != nil
    }
  }
}

/// The numbers that clumps behind a gap may have, by what the directory says of them.
private struct ClumpNumbers {
  /// No more entries than these are compared.
  private static let limit = 1 << 16

  /// The numbers that the first clump behind the gap may have.
  let range: Range<Int>
  private let clumpCount: Int
  private var directory: DirectoryEntries
  private var numbers: [ClumpInfo: [Int]] = [:]
  /// The entries before it have been read.
  private var next: Int

  /// - Parameters:
  ///   - start: a clump in front of it.
  ///   - offset: where it begins.
  init(of arena: Arena, from start: ClumpPosition, to offset: Int, clumpCount: Int) {
    let longest = ClumpHeader.byteCount + ClumpInfo.maximumSize
    let byteCount = offset - start.offset
    let lower = start.number + (byteCount + longest - 1) / longest
    let upper = start.number + byteCount / (ClumpHeader.byteCount + 1)
    range = lower..<max(lower + 1, min(upper + 1, lower + Self.limit, clumpCount))
    self.clumpCount = clumpCount
    directory = DirectoryEntries(arena)
    next = lower
  }

  /// The number of the first clump behind the gap, if the directory has the one that is `distance` clumps
  /// further on, and only once where that may be.
  mutating func only(for info: ClumpInfo, after distance: Int) -> Int? {
    let end = min(range.upperBound + distance, clumpCount)
    while next < end {
      if let entry = directory.entry(next) { numbers[entry, default: []].append(next) }
      next += 1
    }
    let found = numbers[info]?.filter { $0 >= range.lowerBound + distance } ?? []
    return found.count == 1 ? found.first.map { $0 - distance } : nil
  }
}
