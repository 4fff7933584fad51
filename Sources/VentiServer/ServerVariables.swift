import VentiCore

/// The page `/set`: the variables of plan9port's server, with what they amount to in this one.
///
/// None of them can be changed: compression, flushing and the bloom filter need no tuning here.
enum ServerVariables {
  /// In the order of plan9port.
  private static let values: KeyValuePairs<String, Int> = [
    "compress": 1, "devnull": 0, "logging": 0, "stats": 1, "icachesleeptime": 0,
    "minicachesleeptime": 0, "arenasumsleeptime": 0, "l0quantum": 0, "l1quantum": 0,
    "manualscheduling": 0, "ignorebloom": 0, "syncwrites": 0, "icacheprefetch": 0, "bootstrap": 0,
  ]

  /// Shows all variables, or one; a wish to set one is granted when it changes nothing.
  static func page(for query: HTTPQuery) -> HTTPPage {
    guard let name = query.parameters["name"] else {
      return HTTPPage(text: values.map { "\($0.key) = \($0.value)\n" }.joined())
    }
    guard let value = values.first(where: { $0.key == name })?.value else {
      return HTTPPage(text: "\(name) not found\n")
    }
    guard let wish = query.parameters["value"] else {
      return HTTPPage(text: "\(name) = \(value)\n")
    }
    guard query.isTrusted else { return .untrusted }
    guard Int(wish) == value else {
      return .forbidden("\(name) = \(value), and cannot be changed")
    }
    return HTTPPage(text: "\(name) = \(value) (was \(value))\n")
  }
}
