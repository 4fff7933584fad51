import VentiCore

/// The page `/roots`: the archives of a store as JSON, the newest last.
struct RootsPage {
  private let archives: [StoreArchive]

  init(_ archives: [StoreArchive]) {
    self.archives = archives
  }

  /// An array of objects, one a line: `{"score": "vac:…", "time": "2026-…Z", "name": "…"}`.
  var text: String {
    archives.isEmpty ? "[]\n" : "[\n\(archives.map(line).joined(separator: ",\n"))\n]\n"
  }

  private func line(_ archive: StoreArchive) -> String {
    let kind = String(decoding: archive.root.type, as: UTF8.self)
    let name = String(decoding: archive.root.name, as: UTF8.self)
    return "  {\"score\": \(quote("\(kind):\(archive.score)")), "
      + "\"time\": \"\(UniversalTime(seconds: archive.time).iso)\", \"name\": \(quote(name))}"
  }

  private func quote(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
