import Fuse

/// The system's table of mounts, in which other people's paths and servers stand.
enum Mounts {
  static func run(_ bytes: [UInt8]) {
    let words = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
    let path = String(decoding: words[0], as: UTF8.self)
    let table = MountTable(words.count > 1 ? Array(words[1]) : [])
    let options = table.options(at: path)
    expect(table.device(at: path) != nil || options.isEmpty, "what is not mounted has no options")
    expect(!options.contains { $0.contains(",") || $0.contains(" ") }, "an option is one word")
    guard !path.isEmpty else { return }
    let line = "1 2 0:5 / \(escaped(path)) rw,nosuid shared:1 - fuse.vacfs vacfs rw\n"
    let known = MountTable(Array("9 9 9:9 / / rw - tmpfs x rw\n\(line)".utf8))
    expect(known.device(at: path) == "0:5", "a mount is found by its path")
    expect(known.options(at: path) == ["rw", "nosuid"], "a mount has the options of its line")
  }

  /// A path as the system writes it.
  private static func escaped(_ path: String) -> String {
    var bytes: [UInt8] = []
    for byte in path.utf8 {
      if " \t\n\\".utf8.contains(byte) {
        let digits = String(byte, radix: 8)
        bytes += Array(("\\" + String(repeating: "0", count: 3 - digits.count) + digits).utf8)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
