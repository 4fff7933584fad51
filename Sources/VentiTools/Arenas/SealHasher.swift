internal import VentiCore
internal import VentiStore

/// Computes the seal of an arena whose bytes come in pieces: the SHA-1 of all of them, with zeros
/// for the seal itself, which is at the end.
struct SealHasher: ~Copyable {
  private var hasher = ScoreHasher()
  /// The last bytes so far: as many as a tail may have.
  private var end: [UInt8] = []
  /// Bytes so far.
  private(set) var byteCount = 0

  /// Adds the next bytes.
  mutating func add(_ bytes: [UInt8]) {
    let window = end + bytes
    let kept = min(window.count, PartitionLayout.maximumBlockSize)
    // What was kept back before, and will not be now, is not the end of the arena.
    hasher.update(Block(Array(window.dropLast(kept))).bytes)
    end = Array(window.suffix(kept))
    byteCount += bytes.count
  }

  /// The last bytes so far.
  func last(_ count: Int) -> [UInt8] { Array(end.suffix(count)) }

  /// The seal.
  consuming func finish() -> Score {
    let zeros = [UInt8](repeating: 0, count: Score.byteCount)
    hasher.update(Block(end.dropLast(Score.byteCount) + zeros).bytes)
    return hasher.finish()
  }
}
