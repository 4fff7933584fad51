internal import Posix
internal import SystemPackage
internal import VacArchive
internal import VentiCore

/// Reads parts of a file leaf by leaf, and stores the leaves.
struct LeafReader: Sendable {
  /// What the leaves of a part are in the tree.
  enum Piece: Sendable {
    case scores([Score])
    /// So many leaves of zeros.
    case zeros(Int)
  }

  /// A part that has been stored.
  struct Part: Sendable {
    var pieces: [Piece] = []
    /// Bytes up to the end of the part, or to that of the file.
    var byteCount = 0

    mutating func appendHole(_ count: Int, leafSize: Int) {
      guard count > 0 else { return }
      pieces.append(.zeros(count / leafSize + (count % leafSize == 0 ? 0 : 1)))
      byteCount += count
    }
  }

  let file: File
  let store: BackupStore
  let leafSize: Int
  /// Whether to look for holes: they are not read.
  let isSparse: Bool
  let isEnding: @Sendable () -> Bool

  /// Stores the leaves of a range, which begins where a leaf does.
  func store(_ range: Range<Int>) throws(BackupError) -> Part {
    var part = Part()
    var offset = range.lowerBound
    while offset < range.upperBound {
      if isEnding() { throw .interrupted }
      let data = try isSparse ? nextData(from: offset, before: range.upperBound) : offset
      guard data < range.upperBound else {
        return try finishHole(part, from: offset, to: range.upperBound)
      }
      let start = data / leafSize * leafSize
      part.appendHole(start - offset, leafSize: leafSize)
      store.count(hole: start - offset)
      offset = start
      let end = try isSparse ? holeStart(after: data, before: range.upperBound) : range.upperBound
      guard try store(offset..<end, into: &part) else { return part }
      offset = end
    }
    return part
  }

  /// The first byte that may not be zero, or `end`.
  private func nextData(from offset: Int, before end: Int) throws(BackupError) -> Int {
    let found = try calling("find data") { () throws(Errno) in try file.firstData(from: offset) }
    return min(max(found ?? end, offset), end)
  }

  /// Where the leaves end that have anything to be read: a multiple of the leaf size, or `end`.
  private func holeStart(after offset: Int, before end: Int) throws(BackupError) -> Int {
    let found = try calling("find hole") { () throws(Errno) in try file.firstHole(from: offset) }
    let (next, overflow) = (found / leafSize).addingReportingOverflow(
      found % leafSize == 0 ? 0 : 1)
    let aligned = overflow ? end : next * leafSize
    // Always forward, whatever becomes of the file meanwhile.
    return min(max(aligned, offset / leafSize * leafSize + leafSize), end)
  }

  /// Adds the zeros of a hole that reaches the end of a range: there may be less of it by now.
  private func finishHole(
    _ part: Part, from start: Int, to end: Int
  ) throws(BackupError) -> Part {
    var part = part
    let size = try calling("stat") { () throws(Errno) in try file.size() }
    let count = min(max(size, start), end) - start
    part.appendHole(count, leafSize: leafSize)
    store.count(hole: count)
    return part
  }

  /// Reads and stores leaves.
  ///
  /// - Returns: false when the file ended before the extent does.
  private func store(_ extent: Range<Int>, into part: inout Part) throws(BackupError) -> Bool {
    var scores: [Score] = []
    var offset = extent.lowerBound
    scores.reserveCapacity(extent.count / leafSize + 1)
    defer { if !scores.isEmpty { part.pieces.append(.scores(scores)) } }
    while offset < extent.upperBound {
      let count = min(leafSize, extent.upperBound - offset)
      let leaf = try read(count, at: offset)
      if leaf.count > 0 {
        part.byteCount += leaf.count
        scores.append(try store.add(leaf))
      }
      guard leaf.count == count else { return false }
      offset += count
    }
    return true
  }

  private func read(_ count: Int, at offset: Int) throws(BackupError) -> Block {
    try calling("read") { () throws(Errno) in
      try Block(capacity: count) { output throws(Errno) in
        try file.read(count, at: offset, into: &output)
      }
    }
  }
}

extension TreeWriter {
  /// Adds the leaves of a part.
  mutating func append(_ part: LeafReader.Part) throws(BackupError) {
    for piece in part.pieces {
      try archiving { () throws(ArchiveError) in
        switch piece {
        case .scores(let scores): for score in scores { try append(score) }
        case .zeros(let count): try appendZeros(count)
        }
      }
    }
  }
}
