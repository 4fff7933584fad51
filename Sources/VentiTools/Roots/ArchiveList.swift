internal import Posix
package import VentiCore
package import VentiStore

/// The archives of a store, the newest last, as they are shown to people and to programs.
package struct ArchiveList: Sendable, Equatable {
  /// An archive.
  package struct Archive: Sendable, Equatable {
    /// What the score names, `vac` or another kind of tree, and the score: `vac:1dff…53be`.
    package let score: String
    /// When the root was written, in universal time: `2026-11-22T11:19:51Z`.
    package let time: String
    /// The name in the root, which plan9port's vac leaves empty.
    package let name: String

    /// Describes an archive.
    package init(score: String, time: String, name: String) {
      self.score = score
      self.time = time
      self.name = name
    }
  }

  /// The archives, in the order in which they were written.
  package let archives: [Archive]

  /// Lists archives.
  package init(archives: [Archive]) {
    self.archives = archives
  }

  /// Lists the archives that were found in arenas.
  package init(_ found: [RootCatalog.Archive]) {
    archives = found.map { archive in
      Archive(
        score: "\(archive.root.typeText):\(archive.score)",
        time: LocalDate.universal(Int(archive.time)) ?? "", name: archive.root.nameText)
    }
  }

  /// Reads the list that a server's `/roots` gives: an array of objects.
  ///
  /// A score without a label is that of an archive; members that we do not know are passed over.
  package init(parsing json: [UInt8]) throws(FormatError) {
    guard case .array(let values) = try JSONParser.parse(json) else {
      throw .invalid(subject: "list of archives", offset: 0, found: "no array", expected: "one")
    }
    var archives: [Archive] = []
    for value in values {
      guard let text = value.text("score") else {
        throw .invalid(
          subject: "list of archives", offset: 0, found: "an archive without a score",
          expected: "one with it")
      }
      let score = try LabelledScore(text)
      let label = score.label ?? value.text("type") ?? "vac"
      archives.append(
        Archive(
          score: "\(label):\(score.score)", time: value.text("time") ?? "",
          name: value.text("name") ?? ""))
    }
    self.archives = archives
  }

  /// The list as JSON: an array of objects, one a line.
  package var json: String {
    let lines = archives.map { archive in
      "  {\"score\": \(JSONValue.quote(archive.score)), "
        + "\"time\": \(JSONValue.quote(archive.time)), \"name\": \(JSONValue.quote(archive.name))}"
    }
    return lines.isEmpty ? "[]" : "[\n" + lines.joined(separator: ",\n") + "\n]"
  }

  /// A line an archive: score, time, name.
  package var lines: [String] {
    archives.map { archive in
      let name = archive.name.isEmpty ? "" : " \(archive.name)"
      return "\(archive.score) \(archive.time)\(name)"
    }
  }
}
