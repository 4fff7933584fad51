public import VentiCore

/// The score of an archive's root, as `vac:` and forty hexadecimal digits.
///
/// In a `.vac` file that is one line of text.
public struct ArchiveScore: Hashable, Sendable, CustomStringConvertible {
  /// The score of the root block.
  public let score: Score

  /// What stands before the colon.
  public static let label = "vac"

  /// The most bytes that a `.vac` file needs; a longer one is not read to its end.
  public static let fileByteLimit = 4096

  /// Names the archive whose root has this score.
  public init(_ score: Score) {
    self.score = score
  }

  /// Parses `vac:` and forty hexadecimal digits of either case.
  ///
  /// - Throws: `ArchiveError.invalidName`, which quotes the text.
  public init(_ text: some StringProtocol) throws(ArchiveError) {
    let labelled: LabelledScore
    do throws(FormatError) {
      labelled = try LabelledScore(text)
    } catch {
      throw .invalidName(found: quoted(text), expected: "'vac:' and 40 hexadecimal digits")
    }
    guard labelled.label == Self.label else {
      throw .invalidName(found: quoted(text), expected: "'vac:' before the score")
    }
    self.score = labelled.score
  }

  /// Parses the contents of a `.vac` file.
  ///
  /// The line may end in LF, in CR LF, or in nothing, and may have blanks around it. Anything
  /// but one line is refused.
  public init(parsingFile bytes: [UInt8]) throws(ArchiveError) {
    guard bytes.count <= Self.fileByteLimit else {
      throw .invalidName(found: "\(bytes.count) bytes", expected: "one line 'vac:…'")
    }
    let trimmed = bytes.trimmingBlanks()
    let text = String(decoding: trimmed, as: UTF8.self)
    guard !trimmed.isEmpty else {
      throw .invalidName(found: "'', of an empty file", expected: "one line 'vac:…'")
    }
    guard !trimmed.contains(where: { $0 == 0x0a || $0 == 0x0d }) else {
      throw .invalidName(found: "several lines \(quoted(text))", expected: "one line 'vac:…'")
    }
    try self.init(text)
  }

  /// The text form, as it stands in a `.vac` file but for the end of the line.
  public var description: String { "\(Self.label):\(score)" }
}

/// What a command line names an archive by.
public enum ArchiveName: Hashable, Sendable {
  /// The archive itself.
  case score(ArchiveScore)
  /// A file that holds the score.
  case file(String)

  /// Takes an argument as a score if it has the form of one, else as the path of a file.
  ///
  /// - Throws: when the text begins like a score and is none, or is the score of something else;
  ///   a file of such a name is reached as `./vac:…`.
  public init(_ argument: String) throws(ArchiveError) {
    let isScore = (try? LabelledScore(argument)) != nil
    if isScore || argument.hasPrefix(ArchiveScore.label + ":") {
      self = .score(try ArchiveScore(argument))
    } else {
      self = .file(argument)
    }
  }
}

extension [UInt8] {
  /// The bytes between the blanks and ends of lines around them.
  fileprivate func trimmingBlanks() -> ArraySlice<UInt8> {
    func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }
    guard let first = firstIndex(where: { !isBlank($0) }),
      let last = lastIndex(where: { !isBlank($0) })
    else { return [] }
    return self[first...last]
  }
}
