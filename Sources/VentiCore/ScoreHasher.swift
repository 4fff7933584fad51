internal import CLibcrypto

/// Computes the score of bytes that come in pieces, such as those of an arena.
///
/// By libcrypto's functions for SHA-1 alone. Those for any digest look through its providers and their
/// configuration first, which takes a millisecond at every start, and get memory for each block.
public struct ScoreHasher: ~Copyable {
  private var context = SHA_CTX()

  /// Starts with no bytes.
  public init() {
    unsafe SHA1_Init(&context)
  }

  /// Adds bytes after those before.
  public mutating func update(_ bytes: RawSpan) {
    unsafe bytes.withUnsafeBytes {
      _ = unsafe SHA1_Update(&context, $0.baseAddress, $0.count)
    }
  }

  /// The score of all bytes so far.
  public consuming func finish() -> Score {
    var digest: InlineArray<20, UInt8> = .init(repeating: 0)
    var output = digest.mutableSpan
    unsafe output.withUnsafeMutableBufferPointer {
      _ = unsafe SHA1_Final($0.baseAddress, &context)
    }
    return Score(digest: digest)
  }
}

extension Score {
  /// Computes the score of `bytes`.
  public init(of bytes: RawSpan) {
    var hasher = ScoreHasher()
    hasher.update(bytes)
    self = hasher.finish()
  }

  fileprivate init(digest: InlineArray<20, UInt8>) {
    func word(_ start: Int, _ count: Int) -> UInt64 {
      var word: UInt64 = 0
      for index in start..<start + count { word = word << 8 | UInt64(digest[index]) }
      return word
    }
    self.init(words: word(0, 8), word(8, 8), UInt32(word(16, 4)))
  }
}
