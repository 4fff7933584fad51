import Posix
import SystemPackage
import TestSupport
import Testing
import VacArchive
import VacBackup
import VentiCore

@Suite(.timeLimit(.minutes(5)))
struct PreviousDamageTests {
  @Test(
    "what is lost of a previous archive is told of, once, and stored as new",
    arguments: [false, true], ["", "a", "b"])
  func damagedPrevious(isQuick: Bool, directory: String) throws {
    for isMetadata in [false, true] {
      let tree = try SourceTree(
        "mkdir a b; for n in {1..300}; do echo $n >a/f$n; echo b$n >b/f$n; done")
      let first = try tree.archive()
      let old = try Archive(opening: first, in: tree.store).directory
      let table = try Directory(loading: old, from: tree.store)
      var damaged = old
      if let position = table.position(of: Array(directory.utf8)),
        case .directory(let below) = table[position].contents
      {
        damaged = below
      }
      let top = try #require((isMetadata ? damaged.metadata : damaged.entries).top)
      tree.store.remove(top.score, top.type)

      let again = try tree.archive(previous: first) { $0.skipsUnchanged = isQuick }

      #expect(tree.previousDamage.count == 1)
      #expect(tree.previousDamage.first?.contains("\(top.score)") == true)
      #expect(tree.problems == [])
      let new = try Archive(opening: again, in: tree.store).directory
      #expect(new.entries == old.entries && new.metadata == old.metadata)
      #expect(try tree.paths(in: again).count == 602)
    }
  }

  @Test(
    "what the store has lost of a file in a previous archive is told of, and stored again",
    arguments: [5000, 100_000, 3_000_000], [0, 1])
  func lostContents(size: Int, height: Int) throws {
    let tree = try SourceTree("head -c \(size) /dev/urandom >f; echo other >g")
    let first = try tree.archive()
    guard case .stream(let entry) = try tree.item("f", in: first)?.contents, entry.depth >= height
    else { return }
    let lost: BlockAddress
    if height == 0 {
      let leaf = try HashTree(entry, in: tree.store).leafScores(in: 0..<1)[0]
      lost = BlockAddress(leaf, .data, limit: 8192)
    } else {
      lost = try #require(entry.top)
    }
    tree.store.remove(lost.score, lost.type)

    let again = try tree.archive(previous: first)

    #expect(tree.previousDamage == ["\(BlockError.notFound(lost.score, lost.type))"])
    #expect(tree.problems == [])
    let contents = try tree.restore(again).contents("f")
    #expect(try contents == RestoredTree.contents(of: tree.path.appending("f")))
  }

  @Test("a store that cannot tell is believed to have the leaves that the previous archive names")
  func believed() throws {
    let tree = try SourceTree("head -c 100000 /dev/urandom >f")
    let first = try tree.archive()
    guard case .stream(let entry) = try tree.item("f", in: first)?.contents else { return }
    for leaf in try HashTree(entry, in: tree.store).leafScores(in: 0..<100_000) {
      tree.store.remove(leaf, .data)
    }

    let backup = try tree.makeBackup(previous: first, to: HookedStore(tree.store) {})
    _ = try backup.run()

    #expect(tree.previousDamage == [])
    #expect(backup.counters.bytesSent.count < 10_000)
  }
}
