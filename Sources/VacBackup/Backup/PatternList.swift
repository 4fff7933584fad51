/// Which files go into an archive: the first pattern that matches a path decides; none, and it does.
package struct PatternList: Sendable {
  /// Why a file of patterns cannot be used.
  package struct Malformed: Error, Sendable, Equatable, CustomStringConvertible {
    /// Where, and what is wrong.
    package let description: String
  }

  private var rules: [(pattern: Pattern, includes: Bool)] = []

  /// A list that includes everything.
  package init() {}

  /// Whether there is no pattern in it.
  package var isEmpty: Bool { rules.isEmpty }

  /// Adds a pattern after those before.
  package mutating func add(_ pattern: Pattern, includes: Bool) {
    rules.append((pattern, includes))
  }

  /// Adds what a file of patterns says: lines `include PATTERN` or `exclude PATTERN`, comments
  /// that begin with `#`, and empty lines.
  ///
  /// - Returns: what is odd about it.
  package mutating func add(
    contentsOf text: [UInt8], called name: String
  ) throws(Malformed) -> [String] {
    var warnings: [String] = []
    let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (number, bytes) in zip(1..., lines) {
      let place = "\(name):\(number)"
      let line = bytes.droppingTrailingBlanks
      if line.isEmpty || line.first == UInt8(ascii: "#") { continue }
      let words = line.split(
        separator: UInt8(ascii: " "), maxSplits: 1, omittingEmptySubsequences: false)
      let includes = words[0].elementsEqual("include".utf8)
      guard words.count == 2, includes || words[0].elementsEqual("exclude".utf8) else {
        throw Malformed(description: "\(place): line does not begin with include or exclude")
      }
      if words[1].contains(where: { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }) {
        warnings.append("\(place): warning: space in pattern")
      }
      do throws(Pattern.Malformed) {
        add(try Pattern(Array(words[1])), includes: includes)
      } catch {
        throw Malformed(description: "\(place): \(error)")
      }
    }
    return warnings
  }

  /// Whether the file at a path is to be archived.
  func includes(_ path: [UInt8]) -> Bool {
    guard !rules.isEmpty else { return true }
    let characters = Pattern.characters(path)
    return rules.first { $0.pattern.matches(characters) }?.includes ?? true
  }
}

extension ArraySlice<UInt8> {
  /// The bytes without the white space at their end.
  fileprivate var droppingTrailingBlanks: Self {
    let last = lastIndex { $0 != 0x20 && !(0x09...0x0d).contains($0) }
    return self[startIndex..<(last.map { $0 + 1 } ?? startIndex)]
  }
}
