import Posix
import TestSupport
import Testing

/// What is in a directory, each name once, whoever else lists it.
struct DirectoryNamesTests {
  private let directory: TemporaryDirectory
  private let handle: DirectoryHandle

  init() throws {
    directory = try TemporaryDirectory()
    handle = try DirectoryHandle(opening: directory.path)
  }

  /// Makes files whose names take more than one call to list.
  private func makeFiles() throws -> [[UInt8]] {
    let names = (0..<700).map { Array("\($0)".utf8) + [UInt8](repeating: 0xff, count: 200) }
    for name in names { _ = try handle.makeFile(name) }
    return sorted(names)
  }

  private func sorted(_ names: [[UInt8]]) -> [[UInt8]] {
    names.sorted { $0.lexicographicallyPrecedes($1) }
  }

  @Test("each name comes once, of any bytes, the first time and the second")
  func twice() throws {
    let names = try makeFiles()
    #expect(try sorted(handle.names()) == names)
    #expect(try sorted(handle.names()) == names)
  }

  @Test("who lists a directory while it is being listed gets all names as well")
  func nested() throws {
    let names = try makeFiles()
    var (outer, inner): ([[UInt8]], [[UInt8]]) = ([], [])
    try handle.forEachName { name in
      if outer.count == 1 { inner = (try? handle.names()) ?? [] }
      outer.append(name)
    }
    #expect(sorted(outer) == names)
    #expect(sorted(inner) == names)
  }

  @Test(
    "names that begin with a dot are names, but for those of the directory and the one above",
    arguments: ["...", ".a", "a.", "..a"])
  func dots(name: String) throws {
    _ = try handle.makeFile(Array(name.utf8))
    #expect(try handle.names() == [Array(name.utf8)])
  }

  @Test("a directory that has been removed has no names")
  func removed() throws {
    try handle.makeDirectory(Array("gone".utf8))
    let gone = try handle.directory(Array("gone".utf8))
    try handle.removeDirectory(Array("gone".utf8))
    #expect(try gone.names() == [])
    #expect(try gone.names() == [])
  }
}
