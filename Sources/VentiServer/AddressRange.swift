public import Posix
public import VentiCore

/// A range of addresses of the internet protocol, as `10.1.0.0/16`, `fd00::/8`, or one address.
public struct AddressRange: Sendable, Hashable {
  private let network: InternetAddress
  private let bitCount: Int

  /// Parses a range.
  public init(_ text: String) throws(FormatError) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let network = InternetAddress(String(parts[0])) else {
      throw Self.wrong(text, "an address of IPv4 or IPv6, or one with /BITS")
    }
    let limit = network.bytes.count * 8
    let bitCount = parts.count == 2 ? Self.number(parts[1]) : limit
    guard let bitCount, (0...limit).contains(bitCount) else {
      throw Self.wrong(text, "0 to \(limit) bits behind the slash")
    }
    self.network = network
    self.bitCount = bitCount
  }

  /// Whether an address is in the range.
  public func contains(_ address: InternetAddress) -> Bool {
    guard address.bytes.count == network.bytes.count else { return false }
    let whole = bitCount / 8
    guard address.bytes[..<whole] == network.bytes[..<whole] else { return false }
    let rest = bitCount % 8
    return rest == 0 || (address.bytes[whole] ^ network.bytes[whole]) >> (8 - rest) == 0
  }

  /// A decimal number without a sign.
  private static func number(_ text: Substring) -> Int? {
    text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int(text) : nil
  }

  private static func wrong(_ text: String, _ expected: String) -> FormatError {
    .invalid(subject: "range of addresses", offset: 0, found: quoted(text), expected: expected)
  }
}
