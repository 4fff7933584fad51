/// Metrics as a scraper understands them that forgives nothing: version 0.0.4 of the text format of
/// Prometheus, and what promtool asks for besides.
struct PrometheusText {
  /// Why a text is none, and in which line, counted from 1.
  struct Fault: Error, Equatable {
    let line: Int
    let reason: String
  }

  /// A metric and its labels.
  struct Series: Hashable {
    let name: String
    let labels: [String: String]
  }

  private(set) var values: [Series: Double] = [:]
  private(set) var types: [String: String] = [:]
  private(set) var help: [String: String] = [:]

  /// The metric whose lines are being read; those of a metric stand together.
  private var current = ""
  private var finished: Set<String> = []
  private var lineNumber = 0

  init(parsing text: String) throws(Fault) {
    guard text.utf8.last == UInt8(ascii: "\n") else {
      throw Fault(line: 0, reason: "the last line is not ended")
    }
    for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
      lineNumber += 1
      try parse(line)
    }
    for name in types.keys where !values.keys.contains(where: { $0.name == name }) {
      throw fault("\(name) has no sample")
    }
  }

  private mutating func parse(_ line: Substring) throws(Fault) {
    if line.hasPrefix("# HELP ") {
      try parse(comment: line.dropFirst(7), into: \.help)
    } else if line.hasPrefix("# TYPE ") {
      try parse(comment: line.dropFirst(7), into: \.types)
      guard ["counter", "gauge"].contains(types[current]) else { throw fault("unknown type") }
      guard (types[current] == "counter") == current.hasSuffix("_total") else {
        throw fault("a counter's name ends in _total, and no other does")
      }
    } else {
      try parse(sample: line)
    }
  }

  /// The name and the rest of a HELP or TYPE line.
  private mutating func parse(
    comment: Substring, into table: WritableKeyPath<PrometheusText, [String: String]>
  ) throws(Fault) {
    var rest = comment
    let name = try takeName(&rest)
    guard rest.first == " ", rest.count > 1 else { throw fault("nothing after the name") }
    try begin(name)
    guard self[keyPath: table][name] == nil else { throw fault("said twice of \(name)") }
    guard !values.keys.contains(where: { $0.name == name }) else {
      throw fault("comes after samples of \(name)")
    }
    var text = rest.dropFirst()
    self[keyPath: table][name] = try unescaped(&text, upTo: nil)
  }

  private mutating func parse(sample line: Substring) throws(Fault) {
    var rest = line
    let name = try takeName(&rest)
    try begin(name)
    guard types[name] != nil, help[name] != nil else {
      throw fault("a sample of \(name) before its HELP and TYPE")
    }
    let labels = try takeLabels(&rest)
    guard rest.first == " ", let value = Double(rest.dropFirst()) else {
      throw fault("no value")
    }
    guard value >= 0 || types[name] == "gauge" else { throw fault("a counter below zero") }
    guard values.updateValue(value, forKey: Series(name: name, labels: labels)) == nil else {
      throw fault("the same series twice")
    }
  }

  private mutating func begin(_ name: String) throws(Fault) {
    guard name != current else { return }
    finished.insert(current)
    guard !finished.contains(name) else { throw fault("lines of \(name) are not together") }
    current = name
  }

  private func takeName(_ rest: inout Substring) throws(Fault) -> String {
    guard let match = rest.prefixMatch(of: /[a-zA-Z_:][a-zA-Z0-9_:]*/) else {
      throw fault("no name")
    }
    rest = rest[match.range.upperBound...]
    return String(match.output)
  }

  private func takeLabels(_ rest: inout Substring) throws(Fault) -> [String: String] {
    guard rest.first == "{" else { return [:] }
    var labels: [String: String] = [:]
    repeat {
      guard let match = rest.dropFirst().prefixMatch(of: /(?!__)([a-zA-Z_][a-zA-Z0-9_]*)="/)
      else { throw fault("no label") }
      rest = rest[match.range.upperBound...]
      let value = try unescaped(&rest, upTo: "\"")
      guard labels.updateValue(value, forKey: String(match.output.1)) == nil else {
        throw fault("a label twice")
      }
    } while rest.first == ","
    guard rest.first == "}" else { throw fault("labels without an end") }
    rest = rest.dropFirst()
    return labels
  }

  /// Text without its escapes, up to a quote that is not escaped, which is taken, or all of it.
  private func unescaped(
    _ rest: inout Substring, upTo end: Character?
  ) throws(Fault) -> String {
    var text = ""
    while let character = rest.popFirst() {
      if character == end { return text }
      guard character == "\\" else {
        text.append(character)
        continue
      }
      switch rest.popFirst() {
      case "\\": text.append("\\")
      case "n": text.append("\n")
      case "\"" where end != nil: text.append("\"")
      default: throw fault("an escape that is none")
      }
    }
    guard end == nil else { throw fault("a label's value without an end") }
    return text
  }

  private func fault(_ reason: String) -> Fault { Fault(line: lineNumber, reason: reason) }
}
