import Posix
import TestSupport
import Testing
import VentiCore
import VentiStore
import VentiTools

/// Walks of archives: verifying, copying and printing them.
struct TreeTests {
  private let workshop: Workshop
  private let source: ReadOnlyStore

  init() throws {
    workshop = try Workshop()
    source = try ReadOnlyStore(opening: workshop.fixture())
  }

  private func verify(
    _ store: any BlockFetcher, _ top: BlockAddress
  ) -> (TreeVerifier.Report, [String]) {
    let lines = Lines()
    return (TreeVerifier(store, note: lines.output.note).run(top), lines.noted)
  }

  @Test("every block of plan9port's archives is found good, each once")
  func verifies() throws {
    let (report, problems) = try verify(source, ArchiveFixture.zoo8k.root)

    #expect(report == .init(blockCount: 839, byteCount: 4_035_823, problemCount: 0))
    #expect(problems == [])
  }

  @Test("a missing block, and one that fails, are told of; all others are read")
  func missing() throws {
    let memory = MemoryStore()
    let root = try ArchiveFixture.stdin.root
    var copy = TreeCopy(from: source, to: memory)
    let written = try copy.run(root).writtenCount
    #expect(verify(memory, root).0.blockCount == written)

    let leaf = try Score("9105c5e76995943a47c0b54a9d0cb275197df1af")
    memory.remove(leaf, .data)

    let (report, problems) = verify(memory, root)
    #expect(report.problemCount == 1)
    #expect(report.blockCount == written - 1)
    #expect(problems == ["no block with score \(leaf)/0 exists"])
  }

  @Test(
    "a copy has the blocks of the archive, predecessors included",
    arguments: ArchiveFixture.allCases.filter { $0.store == .store })
  func copies(archive: ArchiveFixture) throws {
    let target = MemoryStore()
    var copy = TreeCopy(from: source, to: target)

    let result = try copy.run(archive.root)

    #expect(result.score == (try archive.root.score))
    #expect(result.writtenCount >= target.count)
    #expect(result.failureCount == 0)
    let (report, problems) = try verify(target, archive.root)
    #expect(report == verify(source, try archive.root).0)
    #expect(problems == [])
  }

  @Test("blocks are written after those that they name, and roots after a sync")
  func order() throws {
    let target = OrderedStore()
    var copy = TreeCopy(from: source, to: target)

    _ = try copy.run(ArchiveFixture.nightly.root)

    #expect(target.roots == 2)
    #expect(target.faults == [])
  }

  @Test("what the target has is not looked into when it is trusted")
  func trusts() throws {
    let target = MemoryStore()
    let root = try ArchiveFixture.zoo8k.root
    var first = TreeCopy(from: source, to: target)
    _ = try first.run(root)
    var second = TreeCopy(from: source, to: target)
    second.trustsTarget = true

    let result = try second.run(root)

    #expect(result.skippedCount == 1)
    #expect(result.writtenCount == 0)
  }

  @Test("an unreadable block ends the copy, is left out, or is replaced by zeros")
  func reactions() throws {
    let damaged = MemoryStore()
    let root = try ArchiveFixture.stdin.root
    var whole = TreeCopy(from: source, to: damaged)
    _ = try whole.run(root)
    let leaf = try Score("9105c5e76995943a47c0b54a9d0cb275197df1af")
    damaged.remove(leaf, .data)

    func copy(_ reaction: TreeCopy.Reaction, to target: MemoryStore) throws -> TreeCopy.Result {
      var copy = TreeCopy(from: damaged, to: target)
      copy.reaction = reaction
      return try copy.run(root)
    }
    #expect(throws: ToolError.block(.notFound(leaf, .data))) {
      try copy(.fail, to: MemoryStore())
    }
    let skipped = try copy(.skip, to: MemoryStore())
    #expect(skipped.score == root.score)
    #expect(skipped.failureCount == 1)

    let target = MemoryStore()
    let replaced = try copy(.replace, to: target)
    #expect(replaced.score != root.score)
    #expect(replaced.failureCount == 1)
    // Twelve leaves have the same score; then the pointers to the block above them change, up to
    // that in the root.
    #expect(replaced.rewrittenCount == 12 + 3)
    let top = BlockAddress(replaced.score, .root, limit: Root.byteCount)
    #expect(verify(target, top).0.problemCount == 0)
  }

  @Test("an archive is printed block by block, indented")
  func prints() throws {
    let lines = Lines()

    #expect(try TreePrinter(source, to: lines.output).run(ArchiveFixture.stdin.root))

    let score = "7cc464a5759c653152b59a49c67805a9d532835b"
    #expect(
      lines.printed.prefix(8) == [
        "\(score) root name= type=vac prev=\(Score.none) bsize=8192",
        "    6c13d72f584aba4324eaec751cc131dfe04e2514 dir n=120",
        "        0: gen=0 psize=8180 dsize=8192 type=8 flags=0x21 size=40 "
          + "score=be6398b257f83c8a094378ec87b1d9648d3b82bc",
        "            be6398b257f83c8a094378ec87b1d9648d3b82bc dir n=40",
        "                0: gen=0 psize=8180 dsize=8192 type=1 flags=0x21 size=100000 "
          + "score=1a8d4f0e79f483026d771d582b88d5ca6447cf7d",
        "                    1a8d4f0e79f483026d771d582b88d5ca6447cf7d data+1",
        "                        9105c5e76995943a47c0b54a9d0cb275197df1af data n=8192",
        "                             78 78 78 78 78 78 78 78 78 78 78 78 78 78 78 78",
      ])
  }

  @Test("a root's line quotes what is empty")
  func root() throws {
    #expect(
      try RootPrinter(source).line(ArchiveFixture.nightly.root.score)
        == "606b4d03ec34f4986f36de45509c1dd2f873906e: '' vac "
        + "075c4d9941d10c1cb9ea87c084f36cca7914740d 8192 2909ee1fa4079b2c5ee93d3ccc95459815d92105")
  }

  @Test("the type of a block is found out")
  func type() throws {
    let leaf = try Score("9105c5e76995943a47c0b54a9d0cb275197df1af")
    #expect(try TopBlock.find(leaf, in: source).type == .data)
    #expect(try TopBlock.find(ArchiveFixture.stdin.root.score, in: source).type == .root)
    #expect(throws: BlockError.notFound(.none, .root)) { try TopBlock.find(.none, in: source) }
  }
}

/// A store that looks at the order in which it is written.
private final class OrderedStore: BlockStore {
  private struct State {
    var written: Set<Score> = [.zero, .none]
    var synced: Set<Score> = [.zero, .none]
    var roots = 0
    var faults: [String] = []
  }

  private let state = Monitor(State())

  var roots: Int { state.withLock { $0.roots } }
  var faults: [String] { state.withLock { $0.faults } }

  func read(_ address: BlockAddress) throws(BlockError) -> Block {
    throw .notFound(address.score, address.type)
  }

  func write(_ block: Block, type: BlockType, score: Score) throws(BlockError) {
    let links = (try? BlockLinks.links(in: block, type, withPrevious: true)) ?? []
    state.withLock { state in
      let known = type == .root ? state.synced : state.written
      for link in links where !known.contains(link.address.score) {
        state.faults.append("\(score)/\(type) before \(link.address.score)")
      }
      state.roots += type == .root ? 1 : 0
      state.written.insert(score)
    }
  }

  func sync() throws(BlockError) {
    state.withLock { $0.synced = $0.written }
  }
}
