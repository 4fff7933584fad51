import Posix
import SystemPackage
import TestSupport
import Testing

struct MemoryLimitTests {
  @Test(
    "of a control group counts its own limit, and those of the groups that it is in",
    arguments: [
      (["memory.max": "max", "a/memory.max": "1000", "a/b/memory.max": "2000"], 1000),
      (["a/memory.max": "2000", "a/b/memory.max": "1000"], 1000),
      (["a/memory.max": "max", "a/b/memory.max": "max"], nil),
      (["a/memory.max": "1000"], 1000), (["c/memory.max": "1000"], nil),
      (["a/b/memory.max": "nonsense"], nil),
    ] as [([String: String], Int?)])
  func controlGroups(files: [String: String], limit: Int?) throws {
    let root = try TemporaryDirectory()
    try ChildProcess.run("mkdir", "-p", root.path.appending("a/b").string, "\(root.path)/c")
    for (name, text) in files {
      let path = root.path.appending(name)
      try File.put("\(text)\n", at: path)
    }

    #expect(MemoryLimit.controlGroup(at: "/a/b", under: root.path) == limit)
    #expect(MemoryLimit.controlGroup(at: nil, under: root.path) == nil)
  }
}
