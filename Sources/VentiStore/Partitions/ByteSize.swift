/// Sizes as people write them in partitions' names and in configurations.
public enum ByteSize {
  /// The greatest size that is believed.
  public static let maximum = 1 << 56

  /// The value of a decimal number, a hexadecimal one with `0x` or an octal one with `0`,
  /// followed or not by one of `k m g t` in either case; nil for any other text.
  public static func parse(_ text: some StringProtocol) -> Int? {
    let (digits, shift) = splitSuffix(text)
    guard let value = number(digits), value <= maximum >> shift else { return nil }
    return value << shift
  }

  private static func splitSuffix(_ text: some StringProtocol) -> (Substring, Int) {
    let text = text[...]
    let shifts: [Character: Int] = ["k": 10, "m": 20, "g": 30, "t": 40]
    guard let last = text.last, let shift = shifts[Character(last.lowercased())] else {
      return (Substring(text), 0)
    }
    return (Substring(text.dropLast()), shift)
  }

  private static func number(_ digits: Substring) -> Int? {
    // Int's own parser takes a sign, which no size has.
    guard let first = digits.utf8.first, (0x30...0x39).contains(first) else { return nil }
    if digits.hasPrefix("0x") || digits.hasPrefix("0X") {
      let digits = digits.dropFirst(2)
      guard let first = digits.first, first.isHexDigit else { return nil }
      return Int(digits, radix: 16)
    }
    return Int(digits, radix: digits.count > 1 && first == UInt8(ascii: "0") ? 8 : 10)
  }
}
