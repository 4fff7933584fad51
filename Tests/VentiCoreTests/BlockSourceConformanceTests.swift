import TestSupport
import Testing
import VentiCore

struct BlockSourceConformanceTests {
  @Test("a store in memory keeps the rules of sources", arguments: BlockSourceConformance.allCases)
  func memory(rule: BlockSourceConformance) throws {
    let store = MemoryStore()
    for stored in BlockSourceConformance.contents {
      try store.write(stored.block, type: stored.type)
    }
    try rule.check(store)
  }
}
