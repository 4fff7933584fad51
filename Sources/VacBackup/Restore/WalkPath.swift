internal import VentiCore

/// The path of where a walk is: of a very long one, only the end is in memory.
package struct WalkPath {
  /// Bytes that are read at once: more than a name can have.
  private static let pieceByteCount = 1 << 17
  private static let slash = UInt8(ascii: "/")

  private var heap: ByteHeap

  init(_ scratch: Scratch) {
    heap = ByteHeap(scratch)
  }

  /// A path that is in memory.
  package init(_ path: [UInt8]) throws(ScratchError) {
    self.init(Scratch())
    _ = try heap.append(path)
  }

  /// Bytes in the path.
  var count: Int { heap.end }

  /// Goes down to a name.
  mutating func append(_ name: [UInt8]) throws(ScratchError) {
    _ = try heap.append(count == 0 ? name : [Self.slash] + name)
  }

  /// Goes up to where the path had so many bytes.
  mutating func cut(to count: Int) { heap.cut(to: count) }

  /// The whole path, for messages.
  ///
  /// What cannot be read any more is left out: that ends all else.
  package var bytes: [UInt8] { (try? heap.bytes(count, at: 0)) ?? [] }

  /// The whole path of a file in the directory.
  func bytes(to name: [UInt8]) -> [UInt8] { bytes + [Self.slash] + name }

  /// Gives the path in pieces, however long it is: each ends with a slash, but for the last.
  package func forEachPiece<Failure: Error>(
    _ body: ([UInt8]) throws(Failure) -> Void
  ) throws(ReadOrWriteError<Failure>) {
    var start = 0
    while start < count {
      var piece = try rethrowing { () throws(ScratchError) in
        try read(start)
      } as: {
        ReadOrWriteError<Failure>.read(.scratch($0))
      }
      start += piece.count
      if start < count, let end = piece.lastIndex(of: Self.slash) {
        start -= piece.count - end - 1
        piece.removeLast(piece.count - end - 1)
      }
      try writing { () throws(Failure) in try body(piece) }
    }
  }

  private func read(_ start: Int) throws(ScratchError) -> [UInt8] {
    try heap.bytes(min(Self.pieceByteCount, count - start), at: start)
  }
}
