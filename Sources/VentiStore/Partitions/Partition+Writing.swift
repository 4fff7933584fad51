package import VentiCore

extension Partition {
  /// Writes what `writer` holds at `offset`.
  func write(_ writer: ByteWriter, at offset: Int) throws(StoreError) {
    try writer.withBytes { bytes throws(StoreError) in try write(bytes, at: offset) }
  }

  /// Writes zeros, a piece at a time.
  func writeZeros(_ count: Int, at offset: Int) throws(StoreError) {
    let pieceByteCount = 1 << 20
    var zeros = ByteWriter(capacity: min(count, pieceByteCount))
    zeros.pad(to: min(count, pieceByteCount))
    var done = 0
    while done < count {
      let step = min(pieceByteCount, count - done)
      try zeros.withBytes { bytes throws(StoreError) in
        try write(bytes.extracting(first: step), at: offset + done)
      }
      done += step
    }
  }

  /// Reads a range piece by piece, for what is too large to be in memory whole.
  package func forEachPiece(
    of range: Range<Int>, byteCount: Int = 1 << 20, _ body: (Block) throws(StoreError) -> Void
  ) throws(StoreError) {
    var offset = range.lowerBound
    while offset < range.upperBound {
      let count = min(byteCount, range.upperBound - offset)
      try body(try read(count, at: offset))
      offset += count
    }
  }
}
