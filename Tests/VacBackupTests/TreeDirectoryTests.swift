import Posix
import SystemPackage
import TestSupport
import Testing
import VacBackup

struct TreeDirectoryTests {
  @Test(
    "a path is that of the argument, and the names below it",
    arguments: [
      ("", [], "f", ""), ("", ["a"], "a/f", "a"), (".", ["a"], "./a/f", "./a"),
      ("/", [], "/f", "/"), ("/", ["a", "b"], "/a/b/f", "/a/b"),
      ("x/y", [], "x/y/f", "x/y"), ("x/y", ["a"], "x/y/a/f", "x/y/a"),
      ("..", ["a"], "../a/f", "../a"),
    ] as [(String, [String], String, String)], [2, 256])
  func path(of example: (top: String, names: [String], file: String, own: String), depthLimit: Int)
    throws
  {
    let (top, names, file, own) = example
    var scratch = Scratch()
    scratch.depthLimit = depthLimit
    let log = DirectoryLog(scratch)
    let identity = FileStatus.Identity(fileSystem: 1, inode: 2)
    var directory = TreeDirectory(id: 0, path: FilePath(top))
    for (id, name) in names.enumerated() {
      directory = try log.directory(Array(name.utf8), in: directory, id: id + 1, identity: identity)
    }

    #expect(String(decoding: directory.path(to: [UInt8(ascii: "f")]), as: UTF8.self) == file)
    #expect(String(decoding: directory.path, as: UTF8.self) == own)
  }
}
