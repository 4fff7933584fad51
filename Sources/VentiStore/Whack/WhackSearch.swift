/// Finds earlier bytes that are the same as those to come.
///
/// A match of three bytes is worth the more the nearer it is, so only the last place is known that
/// had the same three bytes. Longer ones are looked for among the places that had the same four,
/// which are chained, the nearest first.
///
/// Works on plain memory. It is safe because the tables are indexed by numbers cut to their size,
/// and what they hold are positions below the count of the input: those of this input once they
/// are entered, and 0, which is a position of it too. Behind the input there is room for the
/// bytes that loads and comparisons take from there.
@safe
struct WhackSearch {
  /// Bytes that are the same in a match, and where: `distance` bytes before.
  struct Match {
    var length: Int
    var distance: Int

    static let none = Match(length: 0, distance: 1)
  }

  /// Bytes of which a position is found again.
  static let seedByteCount = 4

  /// Bytes of the input.
  let count: Int
  private let input: UnsafeRawBufferPointer
  private let nearest: UnsafeMutableBufferPointer<UInt16>
  private let heads: UnsafeMutableBufferPointer<UInt16>
  private let chains: UnsafeMutableBufferPointer<UInt16>

  /// How many places of a chain are looked at, and the length that is good enough to stop at.
  private static let effort = 28
  private static let goodLength = 56

  init(
    input: UnsafeRawBufferPointer, count: Int, nearest: UnsafeMutableBufferPointer<UInt16>,
    heads: UnsafeMutableBufferPointer<UInt16>, chains: UnsafeMutableBufferPointer<UInt16>
  ) {
    unsafe self.input = input
    self.count = count
    unsafe self.nearest = nearest
    unsafe self.heads = heads
    unsafe self.chains = chains
  }

  /// The last position where a match can begin.
  @inline(__always)
  var lastSeed: Int { count &- Self.seedByteCount }

  @inline(__always)
  func byte(_ position: Int) -> UInt8 {
    unsafe input[position]
  }

  /// Enters positions, as far as matches can begin there.
  @inline(__always)
  func enter(from start: Int, to end: Int) {
    let end = min(end, lastSeed &+ 1)
    var position = start
    while position < end {
      _ = enter(position, seed: quadruple(position))
      position &+= 1
    }
  }

  /// Enters a position, whose four bytes are `seed`.
  ///
  /// - Returns: the last positions before it with the same three bytes, and with the same four, if
  ///   there are such; else any.
  @inline(__always)
  private func enter(_ position: Int, seed: UInt32) -> (ofThree: Int, ofFour: Int) {
    let value = UInt16(truncatingIfNeeded: position)
    let triple = Self.hash(seed.littleEndian &<< 8)
    let quadruple = Self.hash(seed)
    let last = unsafe (ofThree: nearest[triple], ofFour: heads[quadruple])
    unsafe nearest[triple] = value
    unsafe chains[position & (Whack.maximumDistance - 1)] = last.ofFour
    unsafe heads[quadruple] = value
    return (Int(last.ofThree), Int(last.ofFour))
  }

  /// Enters a position, and finds a long match, or `none`.
  ///
  /// - Precondition: no position from here on has been entered, nor is this one 0.
  @inline(__always)
  func longestMatch(at position: Int) -> Match {
    let seed = quadruple(position)
    var (ofThree, candidate) = enter(position, seed: seed)
    let first = position &- Whack.maximumDistance
    var match = Match.none
    if ofThree >= first, (quadruple(ofThree) ^ seed).littleEndian & 0xff_ffff == 0 {
      match = Match(length: Whack.minimumMatch, distance: position &- ofThree)
    } else if quadruple(candidate) != seed {
      // Mostly there is nothing, and a chain of other bytes with the same hash.
      return .none
    }
    // The last four bytes of what a longer match must have rule out most candidates for one.
    var end = 0
    var wanted = seed
    var last = position
    var effort = Self.effort
    while candidate >= first, candidate < last, effort > 0 {
      if quadruple(candidate &+ end) == wanted {
        let length = commonLength(candidate, position)
        if length > match.length {
          match = Match(length: length, distance: position &- candidate)
          if length >= Self.goodLength { break }
          end = length &- Whack.minimumMatch
          wanted = quadruple(position &+ end)
        }
      }
      last = candidate
      candidate = unsafe Int(chains[candidate & (Whack.maximumDistance - 1)])
      effort &-= 1
    }
    return match
  }

  /// How many bytes from two positions on are the same, within the input and what a match may have.
  @inline(__always)
  private func commonLength(_ left: Int, _ right: Int) -> Int {
    let difference = octuple(left) ^ octuple(right)
    if difference != 0 { return min(Self.equalBytes(difference), count &- right) }
    let limit = min(count &- right, Whack.maximumMatch)
    var length = 8
    while length < limit {
      let difference = octuple(left &+ length) ^ octuple(right &+ length)
      if difference != 0 { return min(length &+ Self.equalBytes(difference), limit) }
      length &+= 8
    }
    return limit
  }

  /// How many bytes are the same of those whose difference this is.
  @inline(__always)
  private static func equalBytes(_ difference: UInt64) -> Int {
    difference.littleEndian.trailingZeroBitCount &>> 3
  }

  @inline(__always)
  private func quadruple(_ position: Int) -> UInt32 {
    unsafe input.loadUnaligned(fromByteOffset: position, as: UInt32.self)
  }

  @inline(__always)
  private func octuple(_ position: Int) -> UInt64 {
    unsafe input.loadUnaligned(fromByteOffset: position, as: UInt64.self)
  }

  @inline(__always)
  private static func hash(_ bytes: UInt32) -> Int {
    Int(truncatingIfNeeded: (bytes &* 0x9e37_79b1) &>> (32 &- UInt32(WhackTables.hashBitCount)))
  }
}

/// The tables of a search, which are made once for many blocks.
struct WhackTables: Sendable {
  static let hashBitCount = 14

  private var nearest = [UInt16](repeating: 0, count: 1 << hashBitCount)
  private var heads = [UInt16](repeating: 0, count: 1 << hashBitCount)
  // Found only through positions that were entered, so they need not be cleared.
  private var chains = [UInt16](repeating: 0, count: Whack.maximumDistance)

  /// Calls `body` with a search of `input`, whose first `count` bytes are to be encoded.
  @inline(__always)
  mutating func withSearch<Result>(
    of input: UnsafeRawBufferPointer, count: Int, _ body: (WhackSearch) -> Result
  ) -> Result {
    unsafe nearest.withUnsafeMutableBufferPointer { nearest in
      unsafe heads.withUnsafeMutableBufferPointer { heads in
        unsafe chains.withUnsafeMutableBufferPointer { chains in
          unsafe nearest.update(repeating: 0)
          unsafe heads.update(repeating: 0)
          return body(
            unsafe WhackSearch(
              input: input, count: count, nearest: nearest, heads: heads, chains: chains))
        }
      }
    }
  }
}
