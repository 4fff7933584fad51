internal import Glibc

/// An address of the internet protocol, of version 4 or 6.
///
/// One of version 4 that is written as one of version 6 (`::ffff:10.0.0.1`), as a socket that takes
/// both shows it, is one of version 4.
public struct InternetAddress: Sendable, Hashable {
  /// Its 4 or 16 bytes.
  public let bytes: [UInt8]

  /// Parses an address as `inet_pton` does; what follows `%`, the name of an interface, is ignored.
  public init?(_ text: String) {
    let text = String(text.prefix { $0 != "%" })
    if let four = Self.parse(text, AF_INET, byteCount: 4) {
      bytes = four
    } else if let sixteen = Self.parse(text, AF_INET6, byteCount: 16) {
      bytes = sixteen.starts(with: Self.mappedPrefix) ? Array(sixteen.suffix(4)) : sixteen
    } else {
      return nil
    }
  }

  /// Whether it is this machine itself: 127.0.0.0/8 or ::1.
  public var isLoopback: Bool {
    bytes.count == 4
      ? bytes[0] == 127 : bytes.last == 1 && bytes.dropLast().allSatisfy { $0 == 0 }
  }

  /// What an address of version 4 begins with in the form of version 6.
  private static let mappedPrefix = [UInt8](repeating: 0, count: 10) + [255, 255]

  private static func parse(_ text: String, _ family: CInt, byteCount: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: byteCount)
    return unsafe inet_pton(family, text, &bytes) == 1 ? bytes : nil
  }
}
