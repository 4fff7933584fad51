import VentiWire

/// Dial strings.
enum Addresses {
  static func run(_ bytes: [UInt8]) {
    guard let dial = try? DialString(String(decoding: bytes, as: UTF8.self)) else { return }
    expect((try? DialString(dial.description)) == dial, "an address is what was written")
  }
}
