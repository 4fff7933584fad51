internal import Posix

/// A pattern of paths, as plan9port's vac has them.
///
/// | written | matches |
/// |---|---|
/// | `*` | any run of characters but `/`; at the start of a component none that begins with a dot |
/// | `?` | one character but `/`; at the start of a component no dot |
/// | `[…]`, `[~…]` | one of a set, with ranges, or one of all others but `/` |
/// | `...` | any run of characters but the end of a line |
/// | others | themselves |
///
/// It matches the whole of a path, or not at all. A character is one of UTF-8, or a byte that is
/// not part of any.
package struct Pattern: Sendable, Hashable {
  /// Why text is no pattern.
  package struct Malformed: Error, Sendable, Equatable, CustomStringConvertible {
    /// The text.
    package let text: [UInt8]

    package var description: String { "bad glob pattern \(PathText.quoted(text))" }
  }

  typealias Character = UInt32

  private enum Token: Sendable, Hashable {
    case literal(Character)
    /// One character of a component; not a dot when it is `leading`.
    case any(leading: Bool)
    case set([ClosedRange<Character>], isComplement: Bool)
    /// Characters of a component, or none.
    case run
    /// The first character of a run that stands at the start of a component. A `run` follows, and
    /// both are passed over together.
    case leadingRun
    /// Characters of any components, or none.
    case deepRun
  }

  private static let slash = Character(UInt8(ascii: "/"))
  private static let dot = Character(UInt8(ascii: "."))
  private static let lineFeed = Character(0x0a)

  private var tokens: [Token] = []

  /// Takes a pattern apart.
  package init(_ text: [UInt8]) throws(Malformed) {
    var rest = Self.characters(text)[...]
    var startsComponent = true
    while let first = rest.first {
      switch UInt8(exactly: first) {
      case UInt8(ascii: "*"):
        tokens += startsComponent ? [.leadingRun, .run] : [.run]
        rest.removeFirst()
      case UInt8(ascii: "?"):
        tokens.append(.any(leading: startsComponent))
        rest.removeFirst()
      case UInt8(ascii: "["):
        tokens.append(try Self.set(&rest, in: text))
      case UInt8(ascii: ".") where rest.starts(with: [Self.dot, Self.dot, Self.dot]):
        tokens.append(.deepRun)
        rest.removeFirst(3)
      default:
        tokens.append(.literal(first))
        rest.removeFirst()
      }
      startsComponent = first == Self.slash
    }
  }

  private static func set(
    _ rest: inout ArraySlice<Character>, in text: [UInt8]
  ) throws(Malformed) -> Token {
    let malformed = Malformed(text: text)
    guard let end = rest.firstIndex(of: Character(UInt8(ascii: "]"))) else { throw malformed }
    var members = rest[(rest.startIndex + 1)..<end]
    rest = rest[(end + 1)...]
    let isComplement = members.first == Character(UInt8(ascii: "~"))
    if isComplement { members.removeFirst() }
    guard !members.isEmpty, !members.contains(slash) else { throw malformed }
    let hyphen = Character(UInt8(ascii: "-"))
    var ranges: [ClosedRange<Character>] = []
    while let first = members.popFirst() {
      guard first != hyphen else { throw malformed }
      guard members.first == hyphen else {
        ranges.append(first...first)
        continue
      }
      members.removeFirst()
      guard let last = members.popFirst(), last >= first else { throw malformed }
      ranges.append(first...last)
    }
    return .set(ranges, isComplement: isComplement)
  }

  /// Whether the pattern matches a path.
  ///
  /// Takes time in proportion to the product of both lengths, whatever they are.
  package func matches(_ path: [UInt8]) -> Bool { matches(Self.characters(path)) }

  func matches(_ characters: [Character]) -> Bool {
    var states = [Bool](repeating: false, count: tokens.count + 1)
    states[0] = true
    passOverRuns(&states)
    for character in characters {
      var next = [Bool](repeating: false, count: states.count)
      var isAlive = false
      for (place, token) in tokens.enumerated()
      where states[place] && Self.accepts(token, character) {
        next[Self.staysAfterMatch(token) ? place : place + 1] = true
        isAlive = true
      }
      guard isAlive else { return false }
      passOverRuns(&next)
      states = next
    }
    return states[tokens.count]
  }

  /// Adds the states that are reached without a character: a run can be empty.
  private func passOverRuns(_ states: inout [Bool]) {
    for (place, token) in tokens.enumerated() where states[place] {
      switch token {
      case .run, .deepRun: states[place + 1] = true
      case .leadingRun: states[place + 2] = true
      case .literal, .any, .set: break
      }
    }
  }

  private static func accepts(_ token: Token, _ character: Character) -> Bool {
    switch token {
    case .literal(let literal): character == literal
    case .any(let leading): character != slash && !(leading && character == dot)
    case .set(let ranges, let isComplement):
      character != slash && ranges.contains { $0.contains(character) } != isComplement
    case .run: character != slash
    case .leadingRun: character != slash && character != dot
    case .deepRun: character != lineFeed
    }
  }

  private static func staysAfterMatch(_ token: Token) -> Bool {
    token == .run || token == .deepRun
  }

  /// The characters of a path; a byte that is not part of UTF-8 is one beyond all of Unicode.
  static func characters(_ bytes: [UInt8]) -> [Character] {
    LenientUTF8(bytes).map { piece in
      switch piece {
      case .scalar(let scalar): scalar.value
      case .byte(let byte): Character(byte) | 1 << 31
      }
    }
  }
}
