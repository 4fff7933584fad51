internal import VentiCore

/// The seal of an arena: the SHA-1 of all its bytes, with zeros in place of the seal itself.
enum ArenaSeal {
  /// Computes the seal of an arena from what is on disk.
  static func compute(of arena: Arena) throws(StoreError) -> Score {
    var hasher = ScoreHasher()
    let end = arena.start + arena.geometry.length - Score.byteCount
    try arena.partition.forEachPiece(of: arena.start..<end) { hasher.update($0.bytes) }
    var zeros = ByteWriter()
    zeros.pad(to: Score.byteCount)
    zeros.withBytes { hasher.update($0) }
    return hasher.finish()
  }

  /// Writes a seal: nothing else of the arena changes from then on.
  static func write(_ seal: Score, to arena: Arena) throws(StoreError) {
    var writer = ByteWriter()
    writer.score(seal)
    let end = arena.start + arena.geometry.length
    try arena.partition.write(writer, at: end - Score.byteCount)
    try arena.partition.sync()
  }
}
