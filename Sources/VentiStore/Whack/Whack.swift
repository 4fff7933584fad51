/// Whack, the compression of clumps: LZ77 with a fixed prefix code, most significant bit first.
///
/// The stream has no header and no end mark: the clump knows the length of the input and of
/// the output. Each item is a literal byte or a match with what came up to 16384 bytes before.
///
/// | item | bits |
/// |---|---|
/// | literal, a rare one (under 32 or over 127) among the last four | `0`, 8 bits |
/// | common literal otherwise | 8 bits, the first of them 0 |
/// | rare literal otherwise | 10 or 11 bits, beginning `000` |
/// | match | length code, beginning `1`, then distance code |
///
/// Source: whack and unwhack of plan9port's venti server.
package enum Whack {
  /// The shortest match, and the shortest block that is worth a try.
  static let minimumMatch = 3
  /// The longest match that a writer may make.
  static let maximumMatch = 2051
  /// How far back a match may be.
  static let maximumDistance = 1 << 14
  /// The longest block, so the most that decoding gives back.
  static let maximumByteCount = 57344
  /// How many literals decide whether a rare one is likely.
  static let historyMask: UInt8 = 0b1111

  /// Whether text seldom has this byte.
  @inline(__always)
  static func isRare(_ byte: UInt8) -> Bool { byte < 32 || byte > 127 }
}

/// The codes of match lengths from 7 on: groups of 1, 2, 2, 4, 4, 8, 8 … lengths, each group a
/// bit longer than the one before.
struct WhackLengthGroups {
  /// The first length that is coded so.
  static let firstLength = 7

  /// Bits in the codes of this group.
  private(set) var bitCount = 6
  /// How many lengths it has.
  private(set) var size = 1
  private var doubles = true

  /// Goes on to the next group.
  @inline(__always)
  mutating func advance() {
    bitCount += 1
    if doubles { size *= 2 }
    doubles.toggle()
  }
}
