internal import VentiCore

/// The name of a partition in a configuration or on a command line.
///
/// | text | means |
/// |---|---|
/// | `file` | the whole file or device |
/// | `file:lo-hi` | bytes `lo` up to, not including, `hi` |
/// | `file:lo-`, `file:lo` | from `lo` to the end |
/// | `file:-hi` | up to `hi` |
/// | `file:name` | the Plan 9 partition of that name on the disk |
///
/// Numbers are sizes as `ByteSize` reads them. The split is at the last colon.
public struct PartitionName: Equatable, Sendable {
  /// Which part of the file is meant.
  public enum Part: Equatable, Sendable {
    /// All of it.
    case whole
    /// A range; up to the end of the file when the upper bound is nil.
    case range(Int, Int?)
    /// A Plan 9 partition.
    case plan9(String)
  }

  /// The file or device.
  public let path: String
  /// The part of it.
  public let part: Part

  private init(path: String, part: Part) {
    self.path = path
    self.part = part
  }

  /// Parses a name.
  ///
  /// - Throws: `StoreError.partitionName`.
  public init(_ text: String) throws(StoreError) {
    guard let colon = text.lastIndex(of: ":") else {
      self.init(path: text, part: .whole)
      return
    }
    let part = try Self.part(text[text.index(after: colon)...], of: text)
    self.init(path: String(text[..<colon]), part: part)
  }

  private static func part(_ text: Substring, of name: String) throws(StoreError) -> Part {
    if let first = text.first, first.isASCII, first.isLetter { return .plan9(String(text)) }
    let bounds = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    let upper = bounds.count == 2 ? bounds[1] : ""
    let low = bounds[0].isEmpty ? 0 : ByteSize.parse(bounds[0])
    let high = upper.isEmpty ? nil : ByteSize.parse(upper)
    guard let low, upper.isEmpty == (high == nil), !text.isEmpty, text != "-" else {
      throw .partitionName(name, reason: "\(quoted(text)) is no range lo-hi and no name")
    }
    guard high.map({ low < $0 }) ?? true else {
      throw .partitionName(name, reason: "\(quoted(text)) is an empty range")
    }
    return .range(low, high)
  }
}
