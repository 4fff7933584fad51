internal import CLibcrypto

/// SHA-1 by libcrypto.
enum SHA1 {
  // EVP_MD_fetch searches the providers; done once, it costs nothing per block. The object
  // is immutable and lives as long as the program.
  fileprivate nonisolated(unsafe) static let algorithm = unsafe EVP_MD_fetch(nil, "SHA1", nil)

  /// Computes the SHA-1 of `bytes`.
  static func score(of bytes: RawSpan) -> Score {
    var digest: InlineArray<20, UInt8> = .init(repeating: 0)
    let status = unsafe bytes.withUnsafeBytes { input in
      var output = digest.mutableSpan
      return unsafe output.withUnsafeMutableBufferPointer { output in
        unsafe EVP_Digest(
          input.baseAddress, input.count, output.baseAddress, nil, algorithm, nil)
      }
    }
    precondition(status == 1, "libcrypto has no SHA-1")
    return Score(digest: digest)
  }
}

/// Computes the score of bytes that come in pieces, such as those of an arena.
@safe
public struct ScoreHasher: ~Copyable {
  // Owned by this value alone, from init to deinit.
  private let context: OpaquePointer

  /// Starts with no bytes.
  public init() {
    guard let context = unsafe EVP_MD_CTX_new() else { preconditionFailure("out of memory") }
    unsafe self.context = unsafe context
    let status = unsafe EVP_DigestInit_ex2(context, SHA1.algorithm, nil)
    precondition(status == 1, "libcrypto has no SHA-1")
  }

  deinit {
    unsafe EVP_MD_CTX_free(context)
  }

  /// Adds bytes after those before.
  public mutating func update(_ bytes: RawSpan) {
    let status = unsafe bytes.withUnsafeBytes {
      unsafe EVP_DigestUpdate(context, $0.baseAddress, $0.count)
    }
    precondition(status == 1, "SHA-1 failed")
  }

  /// The score of all bytes so far.
  public consuming func finish() -> Score {
    var digest: InlineArray<20, UInt8> = .init(repeating: 0)
    var output = digest.mutableSpan
    let status = unsafe output.withUnsafeMutableBufferPointer {
      unsafe EVP_DigestFinal_ex(context, $0.baseAddress, nil)
    }
    precondition(status == 1, "SHA-1 failed")
    return Score(digest: digest)
  }
}

extension Score {
  fileprivate init(digest: InlineArray<20, UInt8>) {
    func word(_ start: Int, _ count: Int) -> UInt64 {
      var word: UInt64 = 0
      for index in start..<start + count { word = word << 8 | UInt64(digest[index]) }
      return word
    }
    self.init(words: word(0, 8), word(8, 8), UInt32(word(16, 4)))
  }
}
