import Posix
import SystemPackage
import TestSupport
import Testing

/// A file is replaced as a whole, and nothing is left beside it.
struct ReplacingTests {
  private let directory: TemporaryDirectory
  private let path: FilePath

  init() throws {
    directory = try TemporaryDirectory()
    path = directory.path.appending("file")
  }

  private var names: [String] {
    get throws {
      try ChildProcess.run("/bin/ls", "-A", directory.path.string)
        .split(separator: "\n").map(String.init)
    }
  }

  @Test("a file that is there, or is not, holds the new text", arguments: [nil, "", "old\n"])
  func replaced(old: String?) throws {
    if let old { try File.create(path, text: old) }
    let text = String(repeating: "new\n", count: 5000)
    try File.replace(path, text: text)
    #expect(try SmallFile.read(path) == Array(text.utf8))
    #expect(try names == ["file"])
  }
}
