import SystemPackage
import TestSupport
import Testing
import VacArchive
import VacBackup

/// Archives that are merged, one or very many, in any directory, with any memory.
struct MergeTests {
  /// A tree with archives in it, below `m`, of what is below `of`.
  private func makeTree(_ script: String, archives: [String: String]) throws -> SourceTree {
    let tree = try SourceTree(script)
    for (place, contents) in archives {
      let path = tree.path.appending("of").appending(contents)
      let score = try tree.makeBackup(of: ArgumentList([.contents(path)])).run()
      try tree.shell("echo '\(score)' >m/\(place)")
    }
    return tree
  }

  private func merge(
    _ tree: SourceTree, _ change: (inout BackupOptions) -> Void = { _ in }
  ) throws -> ArchiveScore {
    let top = tree.path.appending("m")
    return try tree.makeBackup(
      of: ArgumentList([.contents(top)]),
      change: {
        $0.mergesArchives = true
        change(&$0)
      }
    ).run()
  }

  @Test(
    "of equal names, a directory's own is stored, or that of the first archive; others are told")
  func order() throws {
    let tree = try makeTree(
      """
      mkdir -p m of/1 of/2 of/3; echo own >m/b
      for i in 1 2 3; do for name in b c$i d; do echo $i >of/$i/$name; done; done
      """, archives: ["1.vac": "1", "2.vac": "2", "3.vac": "3"])

    let score = try merge(tree)

    #expect(try tree.paths(in: score) == ["b", "c1", "c2", "c3", "d"])
    let restored = try tree.restore(score)
    let path = restored.path.string
    #expect(try ChildProcess.run("cat", "\(path)/b", "\(path)/d") == "own\n1\n")
    #expect(
      tree.problems.map { $0.prefix { $0 != ":" } } == [
        "'m/b'", "'m/b'", "'m/b'", "'m/d'", "'m/d'",
      ])
  }

  @Test("names of a directory that are read in parts come in turns with those of archives")
  func parts() throws {
    let tree = try makeTree(
      "mkdir -p m of/1; touch m/{a,c,e,g,i}.own of/1/{b,d,f,h,z}; echo no >m/no.vac",
      archives: ["1.vac": "1"])

    let score = try merge(tree) { $0.nameByteLimit = 1 }

    #expect(
      try tree.paths(in: score)
        == ["a.own", "b", "c.own", "d", "e.own", "f", "g.own", "h", "i.own", "no.vac", "z"])
    #expect(try merge(tree) == score)
    #expect(tree.problems == [])
  }

  @Test(
    "with next to no memory, archives in directories above each other make the same archive",
    arguments: 0..<8 as Range<UInt64>)
  func setAside(seed: UInt64) throws {
    let tree = try makeTree(seed: seed)
    let expected = try merge(tree)
    let told = tree.problems

    let found = try merge(tree) { options in
      options.nameByteLimit = [1, 200, 5000][Int(seed % 3)]
      (options.scratch.memoryLimit, options.scratch.depthLimit) = (1, Int(seed % 4))
    }

    #expect(found == expected, "seed \(seed)")
    #expect(tree.problems == (told + told).sorted(), "seed \(seed)")
    #expect(try tree.paths(in: found).count > 100)
  }

  /// Directories in each other, with files of their own and up to four archives in each.
  private func makeTree(seed: UInt64) throws -> SourceTree {
    var random = SeededGenerator(seed: seed)
    var archives: [String: String] = [:]
    var place = ""
    for level in 0..<12 {
      for number in 0..<Int.random(in: 0...4, using: &random) {
        archives["\(place)\(number).vac"] = "\(Int.random(in: 0..<6, using: &random))"
      }
      place += level % 2 == 0 ? "d/" : "z/"
    }
    return try makeTree(
      """
      mkdir -p m/\(place) of/{0..5}; n=0
      for i in {0..5}; do (cd of/$i; seq -f '%03g' $i $((i % 3 + 2)) 90 | xargs touch; mkdir d$i; echo $i >d$i/f); done
      find m -type d | while read -r d; do n=$((n + 7)); (cd "$d"; seq -f '%03g' $n 11 100 | xargs -r touch); done
      """, archives: archives)
  }
}
