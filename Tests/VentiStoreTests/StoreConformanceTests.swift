import TestSupport
import Testing
import VentiCore
import VentiStore

/// The rules of all sources of blocks, kept by a store in each of its states.
struct StoreConformanceTests {
  /// How far a server has come with its work.
  enum Progress: CaseIterable {
    case written
    case counted
    case indexed
    case withoutIndex
  }

  @Test(
    "a store keeps the rules of sources", .timeLimit(.minutes(2)),
    arguments: BlockSourceConformance.allCases, Progress.allCases)
  func rules(rule: BlockSourceConformance, progress: Progress) throws {
    let store = try TestStore()
    for stored in BlockSourceConformance.contents {
      let isLong = stored.block.count > 1000
      store.write(stored.block, type: stored.type, to: isLong ? 1 : 0)
    }
    for arena in 0..<2 where progress != .written {
      store.count(arena: arena)
      if progress == .indexed { store.index(arena: arena) }
    }
    try rule.check(try store.open(withSections: progress != .withoutIndex))
  }
}
