internal import SystemPackage
internal import VentiCore

/// Reads a configuration line by line.
struct StoreConfigurationParser {
  private let path: FilePath
  private var lineNumber = 0
  private var configuration: StoreConfiguration
  /// The words that may stand once only, and have.
  private var seen: Set<String> = []

  /// Reads what stood in `path`.
  init(path: FilePath) {
    self.path = path
    configuration = StoreConfiguration(path: path)
  }

  /// Reads one line, without its newline.
  mutating func parse(_ line: String) throws(StoreError) {
    lineNumber += 1
    let fields = line.prefix { $0 != "#" }
      .split { $0 == " " || $0 == "\t" || $0 == "\r" || $0 == "\r\n" }
      .map(String.init)
    guard let word = fields.first else { return }
    switch (word, fields.count) {
    case ("mgr", _): break
    case ("queuewrites", 1): configuration.queueWrites = true
    case ("arenas", 2): configuration.arenas.append(resolved(fields[1]))
    case ("isect", 2): configuration.sections.append(resolved(fields[1]))
    case ("queuewrites", _), ("arenas", _), ("isect", _):
      throw error("\(quoted(word)) with \(fields.count - 1) values")
    case (_, 2): try parseSingle(word, fields[1])
    default: throw error("\(quoted(line)) is no line of a venti.conf")
    }
  }

  /// Checks what must be there.
  func finish() throws(StoreError) -> StoreConfiguration {
    guard seen.contains("index") else { throw missing("no line 'index NAME'") }
    guard !configuration.arenas.isEmpty else { throw missing("no line 'arenas FILE'") }
    return configuration
  }

  /// Reads a line that may stand once.
  private mutating func parseSingle(_ word: String, _ value: String) throws(StoreError) {
    switch word {
    case "index": configuration.indexName = value
    case "bloom": configuration.bloom = resolved(value)
    case "mem": configuration.memBytes = try size(value)
    case "bcmem": configuration.bcmemBytes = try size(value)
    case "icmem": configuration.icmemBytes = try size(value)
    case "addr": configuration.address = value
    case "httpaddr": configuration.httpAddress = value
    case "webroot": configuration.webroot = resolved(value)
    default: throw error("\(quoted(word)) begins no line of a venti.conf")
    }
    guard seen.insert(word).inserted else { throw error("\(quoted(word)) for the second time") }
  }

  private func size(_ text: String) throws(StoreError) -> Int {
    guard let count = ByteSize.parse(text) else {
      throw error("\(quoted(text)) is not a size, such as 64m")
    }
    return count
  }

  /// A name of a file, as seen from where the program runs.
  private func resolved(_ name: String) -> String {
    if name.hasPrefix("/") { return name }
    let directory = path.removingLastComponent()
    return directory.isEmpty ? name : directory.appending(name).string
  }

  private func error(_ reason: String) -> StoreError {
    .configuration(path: path.string, line: lineNumber, reason: reason)
  }

  private func missing(_ reason: String) -> StoreError {
    .configuration(path: path.string, line: nil, reason: reason)
  }
}
