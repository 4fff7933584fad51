public import VentiCore

extension MemoryStore {
  /// Stores `bytes` as a tree the plain way, straight from venti(7), and returns its entry.
  ///
  /// - Parameter extraDepth: pointer blocks above what the size needs.
  public func tree(
    of bytes: [UInt8], pointerSize: Int, leafSize: Int, isDirectory: Bool = false,
    extraDepth: Int = 0
  ) throws -> Entry {
    var entry = Entry(
      pointerSize: pointerSize, leafSize: leafSize, isDirectory: isDirectory, depth: 0,
      size: bytes.count, score: .zero)
    entry.depth = entry.neededDepth + extraDepth
    var scores = try stride(from: 0, to: bytes.count, by: leafSize).map { start in
      try writeTruncated(bytes[start..<min(start + leafSize, bytes.count)], type: entry.leafType)
    }
    for height in 0..<entry.depth {
      let type = entry.leafType.above(height + 1)
      scores = try stride(from: 0, to: max(scores.count, 1), by: entry.pointersPerBlock).map {
        start in
        let part = scores[start..<min(start + entry.pointersPerBlock, scores.count)]
        return try writePointers(part, type: type)
      }
    }
    entry.score = scores.first ?? .zero
    return entry
  }

  private func writeTruncated(_ bytes: ArraySlice<UInt8>, type: BlockType) throws -> Score {
    let end = (bytes.lastIndex { $0 != 0 } ?? bytes.startIndex - 1) + 1
    return try write(Block(Array(bytes[..<end])), type: type)
  }

  private func writePointers(_ scores: ArraySlice<Score>, type: BlockType) throws -> Score {
    let end = (scores.lastIndex { $0 != .zero } ?? scores.startIndex - 1) + 1
    var writer = ByteWriter()
    for score in scores[..<end] { writer.score(score) }
    return try write(Block(writer.bytes), type: type)
  }
}
