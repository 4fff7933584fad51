import VentiCore
import VentiServer
import VentiTools

/// Web pages: what is asked of a server, and the list that one answers.
enum Pages {
  static func run(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    _ = VentiServer.HTTPQuery(target: text, isTrusted: false)
    _ = try? VentiTools.HTTPQuery.split(bytes, "server")
    if let list = try? ArchiveList(parsing: bytes) {
      expect(
        (try? ArchiveList(parsing: Array(list.json.utf8))) == list, "a list is what was written")
    }
  }
}
