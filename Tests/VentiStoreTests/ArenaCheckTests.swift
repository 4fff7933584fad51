import TestSupport
import Testing
import VentiCore
import VentiStore

/// A check of an arena whose ends are damaged: says so, and still reads every block.
struct ArenaCheckTests {
  private static let arenaByteCount = 1 << 20
  private static let base = PartitionLayout.base(blockSize: 512)

  /// What is damaged of the first arena, and what is said of it.
  enum Damage: CaseIterable {
    case head, tail, both

    var offsets: [Int] {
      let (head, tail) = (base, base + arenaByteCount - 512)
      return switch self {
      case .head: [head]
      case .tail: [tail]
      case .both: [head, tail]
      }
    }
  }

  private let simulated: SimulatedStore
  private let blocks = SimulatedStore.blocks(40, of: 100...4000, seed: 70)

  init() throws {
    simulated = try SimulatedStore(arenas: 2)
    let store = try simulated.open()
    try store.write(blocks)
    try store.close()
  }

  @Test("every block is read, whichever end is damaged", arguments: Damage.allCases)
  func ends(damage: Damage) throws {
    simulated.disk.damage(0) { bytes in for offset in damage.offsets { bytes[offset] ^= 1 } }

    let report = try simulated.check()

    #expect(report.clumpCount == blocks.count)
    #expect(report.problems.allSatisfy { $0.part == .arena })
    let text = report.problems.map { "\($0.error)" }.joined(separator: "\n")
    for offset in damage.offsets { #expect(text.contains("offset \(offset): ")) }
    let isTailGone = damage != .head
    #expect(text.contains("40 clumps in ") == isTailGone)
    #expect(text.contains("without its tail the index cannot be checked") == isTailGone)
  }

  @Test("a damaged block is found all the same", arguments: Damage.allCases)
  func block(damage: Damage) throws {
    let data = try #require(simulated.disk.contents[0].firstRange(of: blocks[6].block.array))
    simulated.disk.damage(0) { bytes in
      for offset in damage.offsets { bytes[offset] ^= 1 }
      bytes[data.lowerBound + 50] ^= 1
    }

    let report = try simulated.check()

    #expect(report.clumpCount == blocks.count - 1)
    #expect(
      report.problems.contains { "\($0.error)".contains("does not match its data") })
  }

  @Test("where nothing says what clumps begin with, no block is counted as checked")
  func nothing() throws {
    simulated.disk.damage(0) { bytes in
      for offset in Damage.both.offsets { bytes[offset] ^= 1 }
      for offset in 0..<38 { bytes[Self.base + 512 + offset] = 0xff }
    }

    let report = try simulated.check()

    #expect(report.clumpCount == 0)
    #expect(report.problems.contains { "\($0.error)".contains("no clump was checked") })
  }
}
