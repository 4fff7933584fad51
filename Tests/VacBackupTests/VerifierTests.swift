import TestSupport
import Testing
import VacArchive
import VacBackup
import VentiCore

@Suite(.timeLimit(.minutes(2)))
struct VerifierTests {
  private let tree: RestoredTree
  private let test: TestArchive

  init() throws {
    tree = try RestoredTree()
    test = try TestArchive(
      directory(
        "d", file("f", SeededGenerator.bytes(20_000, seed: 6)), link("l", to: "target"),
        special("p", .pipe)),
      file("one", "x").with { ($0.qid, $0.linkCount) = (99, 2) },
      file("two", "x").with { ($0.qid, $0.linkCount) = (99, 2) })
    try tree.restore(test)
  }

  @Test("what was restored does not differ")
  func same() throws {
    #expect(try tree.verify(test) == [])
    #expect(tree.problems == [])
  }

  @Test(
    "each difference is found, and no other, however little memory there is for names",
    arguments: [
      ("chmod 600 d/f", ["'d/f': mode 600, archived 644"]),
      ("chmod 700 d", ["'d': mode 700, archived 755"]),
      (
        "touch -d @5.000000007 d/f",
        ["'d/f': modified at 5.000000007, archived 1700000000.123456789"]
      ),
      (
        "r=$(stat -c %y d/f); printf '\\0\\1' | dd of=d/f bs=1 seek=10000 conv=notrunc; touch -d \"$r\" d/f",
        ["'d/f': contents differ at byte 10000"]
      ),
      (
        "r=$(stat -c %y d/f); echo >>d/f; touch -d \"$r\" d/f",
        ["'d/f': size 20001, archived 20000"]
      ),
      ("r=$(stat -c %y d); rm d/p; touch -d \"$r\" d", ["'d/p': missing"]),
      ("r=$(stat -c %y d); touch d/x; touch -d \"$r\" d", ["'d/x': not in the archive"]),
      ("touch x", ["'x': not in the archive"]),
      (
        "r=$(stat -c %y d); rm d/p; mkdir d/p; touch -d \"$r\" d",
        ["'d/p': is a directory, not what it is in the archive"]
      ),
      (
        "r=$(stat -c %y d); rm d/l; ln -s elsewhere d/l; touch -hd \"$r\" d/l; touch -d \"$r\" d",
        ["'d/l': link to 'elsewhere', archived 'target'"]
      ),
      ("cp -p two three; rm two; mv three two", ["'two': not a hard link of 'one'"]),
    ], [20 << 20, 20, 1])
  func planted(difference: (script: String, expected: [String]), memoryLimit: Int) throws {
    let (script, expected) = difference
    try tree.shell(script)

    #expect(
      try tree.verify(
        test.archive, in: test.store, change: { $0.scratch.memoryLimit = memoryLimit }
      ).map {
        $0.replacing("'one': not a hard link of 'two'", with: "'two': not a hard link of 'one'")
      } == expected)
    #expect(tree.problems == [])
  }

  @Test("what is beside the selection is not compared")
  func selection() throws {
    try tree.shell("rm one; touch d/x; echo >d/f")

    #expect(try tree.verify(test, ["d/p"]).filter { !$0.hasPrefix("'d': modified") } == [])
  }

  @Test(
    "where not all of a directory can be read, no name is said not to be in it",
    arguments: [20 << 20, 1])
  func unreadableDirectory(memoryLimit: Int) throws {
    let files = (0..<100).map { file("name-\($0)", "x") }
    let test = try TestArchive(directory("d", files: files))
    try tree.shell("rm -r *")
    try tree.restore(test)
    let top = try Directory(loading: test.archive.directory, from: test.store)
    guard case .directory(let reference) = top[0].contents else {
      Issue.record("no directory")
      return
    }
    let records = try HashTree(reference.metadata, in: test.store)
    test.store.remove(try records.leafScores(in: 0..<reference.metadata.size)[1], .data)

    let differences = try tree.verify(test.archive, in: test.store) {
      $0.scratch.memoryLimit = memoryLimit
    }
    #expect(differences == [])
    #expect(tree.problems.count > 0)
  }

  @Test("what cannot be read is a problem, not a difference")
  func damaged() throws {
    let bytes = SeededGenerator.bytes(20_000, seed: 6)
    let lost = Score(of: Block(Array(bytes[..<512])).bytes)
    test.store.remove(lost, .data)

    #expect(try tree.verify(test) == [])
    #expect(tree.problems == ["'d/f': no block with score \(lost)/\(BlockType.data) exists"])
  }
}
