internal import Posix
internal import SystemPackage
internal import VentiCore

/// A file beside what an archive has of it.
struct FileComparison: Sendable {
  private static let zeros = Block([UInt8](repeating: 0, count: 1 << 16))

  let contents: Contents
  let file: File

  /// Gives the pieces of a range that the file does not have as the archive has them; zeros
  /// beyond the end of the file do not count.
  ///
  /// - Parameter take: takes what the archive has, and where.
  func differences(
    in range: Range<Int>, _ take: (HashTree.Slice, Int) throws(RestoreError) -> Void
  ) throws(RestoreError) {
    try contents.read(range) { (slice, offset) throws(RestoreError) in
      switch slice {
      case .bytes(let block):
        if try readFile(block.count, at: offset) != block { try take(slice, offset) }
      case .zeros(let count):
        try nonzeroParts(in: offset..<offset + count) { (part) throws(RestoreError) in
          try take(.zeros(part.count), part.lowerBound)
        }
      }
    }
  }

  private func nonzeroParts(
    in range: Range<Int>, _ take: (Range<Int>) throws(RestoreError) -> Void
  ) throws(RestoreError) {
    var offset = range.lowerBound
    while let data = try firstData(from: offset), data < range.upperBound {
      offset = max(data, offset)
      let count = min(Self.zeros.count, range.upperBound - offset)
      let found = try readFile(count, at: offset)
      if found != Self.zeros[0..<found.count] { try take(offset..<offset + found.count) }
      if found.count < count { return }
      offset += count
    }
  }

  /// Holes of the file are zeros that need not be read; nil when nothing else follows.
  private func firstData(from offset: Int) throws(RestoreError) -> Int? {
    try attempt("find data") { () throws(Errno) in try file.firstData(from: offset) }
  }

  /// Reads the file, fewer bytes only where it ends.
  func readFile(_ count: Int, at offset: Int) throws(RestoreError) -> Block {
    try attempt("read") { () throws(Errno) in
      try Block(capacity: count) { (output) throws(Errno) in
        try file.read(count, at: offset, into: &output)
      }
    }
  }
}

extension FileComparison {
  /// Where the first byte is that differs, in a file as long as the archived one; nil when there
  /// is none.
  func firstDifference() throws(RestoreError) -> Int? {
    var first: Int?
    var offset = 0
    // Part by part, so that a difference at the front of a long file ends the search; larger and
    // larger parts, so that a vast hole has few.
    var part = 8 << 20
    while first == nil, offset < contents.size {
      let end = min(contents.size, offset + part / leafSize * leafSize + leafSize)
      try differences(in: offset..<end) { (slice, offset) throws(RestoreError) in
        if first == nil { first = try position(of: slice, at: offset) }
      }
      offset = end
      part *= 2
    }
    return first
  }

  private var leafSize: Int { contents.tree.entry.leafSize }

  /// The first byte of a differing piece that differs.
  private func position(of slice: HashTree.Slice, at offset: Int) throws(RestoreError) -> Int {
    let expected =
      if case .bytes(let block) = slice { block.array } else {
        [UInt8](repeating: 0, count: slice.count)
      }
    let found = try readFile(slice.count, at: offset).array
    let place = zip(found, expected).enumerated().first { $0.element.0 != $0.element.1 }?.offset
    return offset + (place ?? found.count)
  }
}
