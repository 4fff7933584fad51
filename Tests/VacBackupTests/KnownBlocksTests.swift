import TestSupport
import Testing
import VacBackup
import VentiCore

struct KnownBlocksTests {
  private func scores(_ count: Int, seed: UInt64) -> [Score] {
    var random = SeededGenerator(seed: seed)
    return (0..<count).map { _ in Block(random.bytes(20)).score }
  }

  @Test("what is inserted is there, and nothing else", arguments: [1, 64, 500, 2000])
  func contents(count: Int) {
    let scores = scores(2 * count, seed: UInt64(count))
    var blocks = KnownBlocks(limit: 1 << 16)
    for score in scores.prefix(count) { blocks.insert(score, .data) }
    #expect(scores.prefix(count).count { blocks.contains($0, .data) } > count * 99 / 100)
    #expect(!scores.suffix(count).contains { blocks.contains($0, .data) })
    #expect(!scores.prefix(count).contains { blocks.contains($0, .directory) })
  }

  @Test("beyond the limit, those that came last are there")
  func limit() {
    let scores = scores(4096, seed: 1)
    var blocks = KnownBlocks(limit: 256)
    for score in scores { blocks.insert(score, .data) }
    #expect(scores.suffix(16).count { blocks.contains($0, .data) } > 12)
    #expect(scores.count { blocks.contains($0, .data) } <= 256)
    #expect(scores.count { blocks.contains($0, .data) } > 200)
  }
}
