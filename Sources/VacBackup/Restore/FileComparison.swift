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
  /// - Parameter take: takes what the archive has, and where; says whether to go on.
  func differences(
    in range: Range<Int>, _ take: (HashTree.Slice, Int) throws(RestoreError) -> Bool
  ) throws(RestoreError) {
    try contents.read(range) { (slice, offset) throws(RestoreError) in
      switch slice {
      case .bytes(let block):
        if try readFile(block.count, at: offset) == block { return true }
        return try take(slice, offset)
      case .zeros(let count):
        return try nonzeroParts(in: offset..<offset + count) { (part) throws(RestoreError) in
          try take(.zeros(part.count), part.lowerBound)
        }
      }
    }
  }

  /// - Returns: whether to go on.
  private func nonzeroParts(
    in range: Range<Int>, _ take: (Range<Int>) throws(RestoreError) -> Bool
  ) throws(RestoreError) -> Bool {
    var offset = range.lowerBound
    while let data = try firstData(from: offset), data < range.upperBound {
      offset = max(data, offset)
      let count = min(Self.zeros.count, range.upperBound - offset)
      let found = try readFile(count, at: offset)
      if found != Self.zeros[0..<found.count], try !take(offset..<offset + found.count) {
        return false
      }
      if found.count < count { break }
      offset += count
    }
    return true
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
    try differences(in: 0..<contents.size) { (slice, offset) throws(RestoreError) in
      first = try position(of: slice, at: offset)
      return false
    }
    return first
  }

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
