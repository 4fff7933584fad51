public import VentiCore

/// Where a server listens, as people write it.
///
/// | written | meaning |
/// |---|---|
/// | `host` | `tcp!host!venti` |
/// | `host:service`, `[v6]:service` | `tcp!host!service` |
/// | `net!host`, `net!host!service` | as it stands; `net` is `tcp`, `net` or `unix` |
/// | `unix!path`, or anything with a slash | a Unix socket |
///
/// A service is `venti`, which is port 17034, or a number as C writes it: `0x` hexadecimal,
/// `0` octal. Source: dial(3), and dial(2) for what plan9port adds to it.
public enum DialString: Sendable, Hashable {
  /// A port of a host, which is a name, an address, or `*` for every address of this machine.
  case tcp(host: String, port: UInt16)
  /// A Unix socket.
  case unix(path: String)

  /// The port of the service `venti`.
  public static let ventiPort: UInt16 = 17_034

  /// The host that stands for every address of this machine, to listen on.
  public static let anyHost = "*"

  /// Bytes of the longest path that a Unix socket can have on Linux.
  private static let pathByteCount = 107

  /// Parses an address.
  ///
  /// - Throws: `FormatError.invalid` that quotes the text and says what is wrong.
  public init(_ text: String) throws(FormatError) {
    let parser = DialParser(text: text)
    if text.utf8.contains(UInt8(ascii: "!")) {
      self = try parser.long()
    } else if text.utf8.contains(UInt8(ascii: "/")) {
      self = try parser.unix(path: text)
    } else {
      self = try parser.short()
    }
  }

  /// Whether a path is short enough for a Unix socket.
  static func isSocketPath(_ path: String) -> Bool {
    (1...pathByteCount).contains(path.utf8.count) && !path.utf8.contains(0)
  }
}

extension DialString: CustomStringConvertible {
  /// The long form, which parses to the same value.
  public var description: String {
    switch self {
    case .tcp(let host, let port): "tcp!\(host)!\(port)"
    case .unix(let path): "unix!\(path)"
    }
  }
}

/// The parts of an address; every error quotes the whole.
private struct DialParser {
  let text: String

  /// `net!host` or `net!host!service`.
  func long() throws(FormatError) -> DialString {
    let parts = Self.parts(of: text, at: "!", maxSplits: 1)
    let (network, rest) = (parts[0], parts[1])
    switch network {
    case "unix":
      return try unix(path: rest)
    case "tcp", "net":
      let parts = Self.parts(of: rest, at: "!")
      guard parts.count <= 2 else { throw wrong("at most one service") }
      return try tcp(host: unbracketed(parts[0]), service: parts.count == 2 ? parts[1] : nil)
    default:
      throw wrong("network tcp, net or unix")
    }
  }

  /// `host`, `host:service`, `[v6]`, `[v6]:service`, or an IPv6 address on its own.
  func short() throws(FormatError) -> DialString {
    if text.hasPrefix("[") { return try bracketed() }
    let parts = Self.parts(of: text, at: ":")
    guard parts.count == 2 else { return try tcp(host: text, service: nil) }
    return try tcp(host: parts[0], service: parts[1])
  }

  /// Splits by scalars: as characters, a separator and a mark that combines with it would be one.
  private static func parts(
    of text: String, at separator: Unicode.Scalar, maxSplits: Int = .max
  ) -> [String] {
    text.unicodeScalars.split(
      separator: separator, maxSplits: maxSplits, omittingEmptySubsequences: false
    ).map { String(String.UnicodeScalarView($0)) }
  }

  func unix(path: String) throws(FormatError) -> DialString {
    guard DialString.isSocketPath(path) else { throw wrong("a path of 1 to 107 bytes") }
    return .unix(path: path)
  }

  private func bracketed() throws(FormatError) -> DialString {
    guard let close = text.lastIndex(of: "]") else { throw wrong("']' after an IPv6 address") }
    let host = String(text[text.index(after: text.startIndex)..<close])
    let rest = text[text.index(after: close)...]
    guard rest.isEmpty || rest.hasPrefix(":") else { throw wrong("':' after ']'") }
    return try tcp(host: host, service: rest.isEmpty ? nil : String(rest.dropFirst()))
  }

  private func tcp(host: String, service: String?) throws(FormatError) -> DialString {
    guard !host.isEmpty else { throw wrong("a host") }
    guard host.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else {
      throw wrong("a host without blanks")
    }
    guard !host.utf8.contains(where: { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "]") }) else {
      throw wrong("brackets around all of an IPv6 address, and nowhere else")
    }
    guard let service else { return .tcp(host: host, port: DialString.ventiPort) }
    return .tcp(host: host, port: try port(service))
  }

  private func port(_ service: String) throws(FormatError) -> UInt16 {
    if service == "venti" { return DialString.ventiPort }
    let port: UInt16?
    if service.hasPrefix("0x") || service.hasPrefix("0X") {
      port = UInt16(service.dropFirst(2), radix: 16)
    } else if service.hasPrefix("0"), service.utf8.count > 1 {
      port = UInt16(service.dropFirst(), radix: 8)
    } else {
      port = UInt16(service)
    }
    // UInt16 would take a sign, which sorts before the digits.
    guard let port, service.utf8.allSatisfy({ $0 >= UInt8(ascii: "0") }) else {
      throw wrong("service venti or a port from 0 to 65535")
    }
    return port
  }

  private func unbracketed(_ host: String) -> String {
    guard host.hasPrefix("["), host.hasSuffix("]") else { return host }
    return String(host.dropFirst().dropLast())
  }

  private func wrong(_ expected: String) -> FormatError {
    .invalid(subject: "address", offset: 0, found: quoted(text), expected: expected)
  }
}
