package import VentiCore

/// Compresses blocks as far as plan9port's server does, to a thousandth.
///
/// Holds the memory of the search, about 200 KiB, so that a thread that stores many blocks makes it
/// once. Not to be shared by threads.
package struct WhackEncoder: Sendable {
  private let codes = WhackCodes()
  private var tables = WhackTables()
  // The block, with room behind it for loads of eight bytes that begin in it; and what it becomes.
  private var input: [UInt8] = []
  private var output: [UInt8] = []

  private static let padding = 16
  /// A match that saves fewer bits is given up for a better one that begins a byte later: three
  /// bytes from far away.
  private static let goodSaving = 10
  /// After 2^8 literals without a match the search goes on in steps of two bytes, after as many
  /// more in steps of three, and so on: what cannot be compressed takes little time.
  private static let patienceBitCount = 8

  /// Makes the tables.
  package init() {}

  /// Compresses `block`.
  ///
  /// - Returns: nil when that does not make it shorter, or when it does not look likely to half
  ///   way through; the block is then stored as it is.
  package mutating func encode(_ block: RawSpan) -> Block? {
    let count = block.byteCount
    guard (WhackSearch.seedByteCount...Whack.maximumByteCount).contains(count) else { return nil }
    makeRoom(for: count)
    return unsafe input.withUnsafeMutableBytes { input in
      unsafe block.withUnsafeBytes { unsafe input.copyMemory(from: $0) }
      let input = UnsafeRawBufferPointer(input)
      return unsafe output.withUnsafeMutableBytes { output in
        let encodedCount = unsafe tables.withSearch(of: input, count: count) { search in
          unsafe codes.withBits(in: output) { Self.encode(search, to: $0) }
        }
        guard encodedCount < count else { return nil }
        return unsafe Block(copying: RawSpan(_unsafeBytes: output[..<encodedCount]))
      }
    }
  }

  /// Makes room for a block, and for the most that it can become: 11 bits for each byte.
  private mutating func makeRoom(for count: Int) {
    guard input.count < count + Self.padding else { return }
    input = [UInt8](repeating: 0, count: count + Self.padding)
    output = [UInt8](repeating: 0, count: count + count / 2 + Self.padding)
  }

  /// Encodes all of the input.
  ///
  /// - Returns: the bytes that were written, or as many as there were when that is of no use.
  @inline(__always)
  private static func encode(_ search: WhackSearch, to start: WhackBits) -> Int {
    var bits = start
    bits.literal(search.byte(0))
    var position = 1
    // Literals before it are written. Behind it there are some only where the search takes steps.
    var written = 1
    var runStart = 1
    var matchedCount = 0
    var isHopeful = false
    while position <= search.lastSeed {
      var match = search.longestMatch(at: position)
      if match.length == 0 {
        let step = 1 &+ (position &- runStart) &>> patienceBitCount
        if step == 1 {
          bits.literal(search.byte(position))
          written = position &+ 1
        }
        position &+= step
        if !isHopeful, position > search.count / 2 {
          // Over 80 % literals so far: the rest is not worth the time.
          guard 5 &* matchedCount >= position else { return search.count }
          isHopeful = true
        }
        continue
      }
      bits.literals(of: search, from: written, to: position)
      var next = position &+ 1
      while bits.saving(of: match) < goodSaving, next <= search.lastSeed {
        let later = search.longestMatch(at: next)
        next &+= 1
        guard bits.saving(of: later) > bits.saving(of: match) else { break }
        bits.literal(search.byte(position))
        position &+= 1
        match = later
      }
      bits.match(match)
      search.enter(from: next, to: position &+ match.length)
      position &+= match.length
      matchedCount &+= match.length
      written = position
      runStart = position
    }
    bits.literals(of: search, from: written, to: search.count)
    return bits.finish()
  }
}
