internal import VentiCore

/// Which arenas of a partition are meant, by their numbers: `0-4,7,9-`, or `none`.
package struct ArenaNumbers: Sendable, Equatable {
  private let ranges: [ClosedRange<Int>]

  /// All arenas.
  package static let all = ArenaNumbers(ranges: [0...Int.max])

  private init(ranges: [ClosedRange<Int>]) {
    self.ranges = ranges
  }

  /// Parses the text of an argument.
  package init(_ text: String) throws(ToolError) {
    guard text != "none" else {
      self.init(ranges: [])
      return
    }
    var ranges: [ClosedRange<Int>] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let bounds = part.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
      let low = bounds[0].isEmpty ? 0 : Self.number(bounds[0])
      let high = bounds.count == 1 ? low : bounds[1].isEmpty ? .max : Self.number(bounds[1])
      guard part != "", part != "-", let low, let high, low <= high else {
        throw .argument(text, reason: "\(quoted(part)) is no range of arenas, such as 0-4")
      }
      ranges.append(low...high)
    }
    self.init(ranges: ranges)
  }

  /// Whether an arena is meant.
  package func contains(_ number: Int) -> Bool { ranges.contains { $0.contains(number) } }

  private static func number(_ digits: Substring) -> Int? {
    digits.allSatisfy { $0.isASCII && $0.isNumber } ? Int(digits) : nil
  }
}
