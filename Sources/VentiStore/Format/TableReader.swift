internal import VentiCore

/// Reads the text tables in partitions, line by line.
///
/// Blanks at the start of a line, empty lines and what follows a `#` are passed over; a last
/// line that has no newline does not count. The text ends at the first zero byte.
struct TableReader {
  /// The most lines of one map.
  static let maximumEntryCount = 31_744

  private let text: ArraySlice<UInt8>
  private let subject: String
  private var position: Int
  private var lineStart: Int

  /// Reads `bytes`; errors name `subject`.
  init(_ bytes: [UInt8], of subject: String) {
    text = bytes.prefix { $0 != 0 }
    self.subject = subject
    position = 0
    lineStart = 0
  }

  /// Reads a line that is text.
  mutating func line() throws(FormatError) -> String {
    try String(decoding: nextLine(), as: UTF8.self)
  }

  /// Reads a line that is a number.
  mutating func number() throws(FormatError) -> Int {
    let line = try nextLine()
    return try number(line, expected: "a number")
  }

  /// Reads a number of lines, and then as many of name, start and stop between single tabs.
  ///
  /// The ranges rise and do not overlap.
  mutating func map() throws(FormatError) -> [NamedRange] {
    let count = try number()
    guard count <= Self.maximumEntryCount else {
      throw invalid("\(count)", expected: "at most \(Self.maximumEntryCount) lines")
    }
    var entries: [NamedRange] = []
    for _ in 0..<count {
      let entry = try namedRange()
      if let previous = entries.last, entry.range.lowerBound < previous.range.upperBound {
        throw invalid(
          "start \(entry.range.lowerBound) of \(quoted(entry.name))",
          expected: "at least \(previous.range.upperBound), where \(quoted(previous.name)) stops")
      }
      entries.append(entry)
    }
    return entries
  }

  private mutating func namedRange() throws(FormatError) -> NamedRange {
    let line = try nextLine()
    let fields = line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
    let expected = "a name, a start and a stop"
    guard fields.count == 3, !fields[0].isEmpty, fields[0].count <= DiskName.maximumTextCount
    else { throw invalid(quoted(String(decoding: line, as: UTF8.self)), expected: expected) }
    let start = try number(fields[1], expected: expected)
    let stop = try number(fields[2], expected: expected)
    guard start <= stop else { throw invalid("\(start) to \(stop)", expected: "a range") }
    return NamedRange(name: String(decoding: fields[0], as: UTF8.self), range: start..<stop)
  }

  private mutating func nextLine() throws(FormatError) -> ArraySlice<UInt8> {
    while let end = text[position...].firstIndex(of: UInt8(ascii: "\n")) {
      lineStart = position
      let line = text[position..<end].prefix { $0 != UInt8(ascii: "#") }
      position = end + 1
      let content = line.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
      if !content.isEmpty { return content }
    }
    throw .truncated(subject: subject, offset: text.endIndex, needed: 1, available: 0)
  }

  private func number(
    _ digits: ArraySlice<UInt8>, expected: String
  ) throws(FormatError) -> Int {
    // Eighteen digits are more than any size that `ByteReader.size64` lets pass.
    guard (1...18).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) })
    else { throw invalid(quoted(String(decoding: digits, as: UTF8.self)), expected: expected) }
    return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }

  private func invalid(_ found: String, expected: String) -> FormatError {
    .invalid(subject: subject, offset: lineStart, found: found, expected: expected)
  }
}

extension ByteWriter {
  /// Appends a line of a text table.
  mutating func line(_ text: String) {
    raw(text.utf8)
    uint8(UInt8(ascii: "\n"))
  }

  /// Appends a map as `TableReader.map` reads it.
  mutating func map(_ entries: [NamedRange]) {
    line("\(entries.count)")
    for entry in entries {
      line("\(entry.name)\t\(entry.range.lowerBound)\t\(entry.range.upperBound)")
    }
  }
}
