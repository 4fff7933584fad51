public import ArgumentParser
internal import VentiStore

/// A number of bytes on a command line: a number with an optional k, m, g or t.
public struct ByteCount: ExpressibleByArgument, Sendable, Hashable {
  /// The number of bytes.
  public let bytes: Int

  /// Takes a number of bytes.
  public init(_ bytes: Int) {
    self.bytes = bytes
  }

  /// Parses the text of an argument; nil when it is no number of bytes.
  public init?(argument: String) {
    guard let bytes = ByteSize.parse(argument) else { return nil }
    self.bytes = bytes
  }

  /// The number as it stands in help.
  public var defaultValueDescription: String {
    let units: [(suffix: String, shift: Int)] = [("t", 40), ("g", 30), ("m", 20), ("k", 10)]
    for unit in units where bytes > 0 && bytes % (1 << unit.shift) == 0 {
      return "\(bytes >> unit.shift)\(unit.suffix)"
    }
    return "\(bytes)"
  }
}
