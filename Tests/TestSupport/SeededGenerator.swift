/// A generator whose every run from one seed is the same, so that a failed random test replays.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Starts from `seed`.
  public init(seed: UInt64) {
    state = seed
  }

  /// The next number (SplitMix64, Steele and others, OOPSLA 2014).
  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  /// `count` random bytes.
  public mutating func bytes(_ count: Int) -> [UInt8] {
    // Without a closure for each byte, which takes most of the time in a debug build.
    var bytes = [UInt8](repeating: 0, count: count)
    bytes.withUnsafeMutableBufferPointer { buffer in
      var place = 0
      while place < count {
        buffer[place] = UInt8(truncatingIfNeeded: next())
        place += 1
      }
    }
    return bytes
  }
}
