import VacArchive
import VentiCore

/// What names archives: `.vac` files, scores, arguments; and the contents of links and devices.
enum Archives {
  static func run(_ bytes: [UInt8]) {
    if let score = try? ArchiveScore(parsingFile: bytes) {
      let again = try? ArchiveScore(parsingFile: Array("\(score)\n".utf8))
      expect(again == score, "a score is what was written")
    }
    let text = String(decoding: bytes, as: UTF8.self)
    _ = try? ArchiveName(text)
    if let score = try? LabelledScore(text) {
      expect((try? LabelledScore("\(score)")) == score, "a labelled score is what was written")
    }
    _ = try? DeviceNumber(parsing: bytes)
    _ = LinkTarget.parse(bytes)
  }
}
