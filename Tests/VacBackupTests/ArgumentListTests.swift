import SystemPackage
import TestSupport
import Testing
import VacArchive
import VacBackup

/// What is named on a command line, or in a list of any length, goes into one top directory.
struct ArgumentListTests {
  /// With next to no memory.
  private static var frugal: Scratch {
    var scratch = Scratch()
    scratch.memoryLimit = 1
    return scratch
  }

  /// The arguments of a list, which is read in pieces of so many bytes.
  private func list(
    _ arguments: [String], separator: String = "\n", pieces count: Int = 1 << 16,
    _ scratch: Scratch = Scratch()
  ) throws -> ArgumentList {
    let text = Array(arguments.joined(separator: separator).utf8)
    var list = ArgumentList([], scratch)
    for start in stride(from: 0, to: text.count, by: count) {
      try list.append(Array(text[start..<min(start + count, text.count)]))
    }
    return list
  }

  private func makeTree() throws -> SourceTree {
    try SourceTree("mkdir d{0..9}; for i in {0..9}; do touch d$i/{a..f}$i d$i/same; done")
  }

  @Test(
    "arguments in a list are archived as those of the command line, however little memory there is",
    arguments: ["\n", "\0"], [1, 100, 1 << 20])
  func listed(separator: String, nameByteLimit: Int) throws {
    let tree = try makeTree()
    var random = SeededGenerator(seed: UInt64(nameByteLimit))
    var paths = (0..<10).flatMap { directory in
      "abcdef".map { "\(tree.path)/d\(directory)/\($0)\(directory)" }
    }
    paths += ["\(tree.path)/d3/..", "\(tree.path)/d0/.", "\(tree.path)/d5/same", "nosuch"]
    paths.shuffle(using: &random)
    let named = paths.map { SourceArgument(Array($0.utf8)) }
    let expected = try tree.makeBackup(of: ArgumentList(named)).run()
    let told = tree.problems

    let found = try tree.makeBackup(
      of: list(paths, separator: separator, pieces: 7, Self.frugal),
      change: {
        $0.nameByteLimit = nameByteLimit
        $0.scratch = Self.frugal
      }
    ).run()

    #expect(found == expected)
    // Told twice, once for each backup.
    #expect(tree.problems == (told + told).sorted())
    #expect(told.contains("'nosuch': stat: No such file or directory"))
  }

  @Test("of equal names the first in a list of more than a piece is stored, the others are told")
  func taken() throws {
    let tree = try makeTree()
    for number in 0..<10 { try tree.shell("echo \(number) >d\(number)/same") }
    let blank = Array(repeating: "\(tree.path)/d1/a1", count: 4000)

    let score = try tree.makeBackup(
      of: list(["\(tree.path)/d7/same"] + blank + ["\(tree.path)/d2/same"], Self.frugal),
      change: { $0.nameByteLimit = 1000 }
    ).run()

    #expect(try tree.paths(in: score) == ["a1", "same"])
    #expect(tree.problems.count == 4000)
    #expect(
      tree.problems.last
        == "'d2/same': left out: an earlier argument has a file of this name")
    let restored = try tree.restore(score)
    #expect(try ChildProcess.run("cat", restored.path.appending("same").string) == "7\n")
  }

  @Test(
    "an argument of more than 4096 bytes ends everything, wherever in the list it is",
    arguments: ["\n", "\0"], [0, 1, 2])
  func tooLong(separator: String, place: Int) throws {
    let tree = try makeTree()
    var paths = ["\(tree.path)/d1", "\(tree.path)/d2"]
    paths.insert("/" + String(repeating: "x", count: 4096), at: place)

    let error = #expect(throws: BackupProblem.self) {
      try tree.makeBackup(of: list(paths, separator: separator)).run()
    }

    #expect(error?.error == .argumentTooLong)
    #expect(tree.store.syncCount == 0)
  }

  @Test(
    "a name that is too long costs only itself, whatever is there of the name's beginning",
    arguments: [4095, 256])
  func longest(count: Int) throws {
    let tree = try makeTree()
    let name = String(repeating: "x", count: count)
    try tree.shell("touch \(name.prefix(255))")
    let parent = count == 256 ? tree.path.string : ""

    let score = try tree.makeBackup(of: list(["\(parent)/\(name)", "\(tree.path)/d1/a1"])).run()

    #expect(try tree.paths(in: score) == ["a1"])
    #expect(tree.problems.map { $0.suffix(30) } == ["xxx': stat: File name too long"])
  }
}
