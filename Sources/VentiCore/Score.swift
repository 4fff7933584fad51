/// The SHA-1 of a block's stored bytes: its name for ever.
public struct Score: Hashable, Sendable {
  /// Bytes in a score.
  public static let byteCount = 20

  /// The score of the empty block.
  ///
  /// As a pointer it stands for zeros of whatever size is expected; it is never fetched and
  /// never stored.
  public static let zero = Score(words: 0xda39_a3ee_5e6b_4b0d, 0x3255_bfef_9560_1890, 0xafd8_0709)

  /// Twenty zero bytes: the predecessor of a root that has none.
  ///
  /// Not the score of any known block.
  public static let none = Score(words: 0, 0, 0)

  // Big-endian words, so that they compare as the bytes do. Three words hash and compare
  // twice as fast as an array of 20 bytes.
  private let high: UInt64
  private let middle: UInt64
  private let low: UInt32

  /// The score that is made of big-endian words of 8, 8 and 4 bytes.
  package init(words high: UInt64, _ middle: UInt64, _ low: UInt32) {
    self.high = high
    self.middle = middle
    self.low = low
  }

  /// Feeds one word to the hasher: the bits of a digest are as good as random, whoever chose what it
  /// is of.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(middle)
  }

  /// The score as big-endian words of 8, 8 and 4 bytes.
  public var words: (UInt64, UInt64, UInt32) { (high, middle, low) }

  /// Whether the first 16 bytes are zero.
  ///
  /// plan9port's cache names blocks so that exist in memory only. No stored block may be.
  public var isReserved: Bool { high == 0 && middle == 0 }
}

extension Score: Comparable {
  /// Compares the bytes, unsigned, from the first on.
  public static func < (left: Score, right: Score) -> Bool {
    left.words < right.words
  }
}

extension Score: CustomStringConvertible {
  /// Forty lower-case hexadecimal digits.
  public var description: String {
    hexadecimal(high, digits: 16) + hexadecimal(middle, digits: 16)
      + hexadecimal(UInt64(low), digits: 8)
  }
}

extension Score {
  /// Parses exactly forty hexadecimal digits of either case.
  ///
  /// - Throws: `FormatError.invalid` that quotes the text.
  public init(_ text: some StringProtocol) throws(FormatError) {
    guard let score = Score(digits: text.utf8) else {
      throw .invalid(
        subject: "score", offset: 0, found: quoted(text), expected: "40 hexadecimal digits")
    }
    self = score
  }

  private init?(digits: some Collection<UInt8>) {
    guard digits.count == 2 * Score.byteCount else { return nil }
    var words: [UInt64] = [0, 0, 0]
    for (position, digit) in digits.enumerated() {
      guard let value = hexadecimalValue(digit) else { return nil }
      words[position / 16] = words[position / 16] << 4 | UInt64(value)
    }
    self.init(words: words[0], words[1], UInt32(words[2]))
  }
}

/// A score with the label that says what it names: `vac:` an archive, `file:` a single file.
public struct LabelledScore: Hashable, Sendable, CustomStringConvertible {
  /// The text before the colon; nil when there is none.
  public let label: String?
  /// The score itself.
  public let score: Score

  /// Joins a label and a score.
  public init(label: String?, score: Score) {
    self.label = label
    self.score = score
  }

  /// Parses `label:` (optional) and forty hexadecimal digits.
  ///
  /// - Throws: `FormatError.invalid` that quotes the text.
  public init(_ text: some StringProtocol) throws(FormatError) {
    guard let colon = text.firstIndex(of: ":") else {
      self.init(label: nil, score: try Score(text))
      return
    }
    let score = try Score(text[text.index(after: colon)...])
    self.init(label: String(text[..<colon]), score: score)
  }

  /// The text form, as `vac:` and forty digits.
  public var description: String {
    guard let label else { return score.description }
    return "\(label):\(score)"
  }
}

/// Quotes text from outside for a message: what does not print is escaped, what is long is cut.
///
/// - Parameter limit: the most characters that are shown.
public func quoted(_ text: some StringProtocol, limit: Int = 80) -> String {
  let cut = text.prefix(limit)
  let shown = String(cut).debugDescription.dropFirst().dropLast()
  return cut.endIndex == text.endIndex ? "'\(shown)'" : "'\(shown)…'"
}

/// Eight hexadecimal digits behind `0x`, as magic numbers are written.
package func hexadecimal(_ value: UInt32) -> String { "0x" + hexadecimal(UInt64(value), digits: 8) }

private func hexadecimal(_ value: UInt64, digits: Int) -> String {
  let text = String(value, radix: 16)
  return String(repeating: "0", count: digits - text.utf8.count) + text
}

private func hexadecimalValue(_ digit: UInt8) -> UInt8? {
  switch digit {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
  default: nil
  }
}
