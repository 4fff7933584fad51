import TestSupport
import Testing
import VentiCore

struct LeastRecentlyUsedTests {
  @Test("what was used longest ago is forgotten first")
  func order() {
    var cache = LeastRecentlyUsed<Int, String>(capacity: 3)
    for key in 1...3 { cache.insert("\(key)", for: key, cost: 1) }
    #expect(cache.value(for: 1) == "1")
    cache.insert("4", for: 4, cost: 1)
    #expect(cache.value(for: 2) == nil)
    #expect([1, 3, 4].allSatisfy { cache.value(for: $0) != nil })
  }

  @Test("a value that costs more than everything is not kept, and drives nothing out")
  func tooCostly() {
    var cache = LeastRecentlyUsed<Int, Int>(capacity: 10)
    cache.insert(1, for: 1, cost: 10)
    cache.insert(2, for: 2, cost: 11)
    #expect(cache.value(for: 2) == nil)
    #expect(cache.value(for: 1) == 1)
  }

  @Test("it agrees with a plain list of uses", arguments: 0..<20 as Range<UInt64>)
  func model(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var cache = LeastRecentlyUsed<Int, Int>(capacity: 50)
    var uses: [(key: Int, value: Int, cost: Int)] = []
    for step in 0..<2_000 {
      let key = Int.random(in: 0..<30, using: &random)
      let known = uses.firstIndex { $0.key == key }
      switch Int.random(in: 0..<3, using: &random) {
      case 0:
        let cost = Int.random(in: 0...12, using: &random)
        if let known { uses.remove(at: known) }
        uses.append((key, step, cost))
        while uses.reduce(0, { $0 + $1.cost }) > 50 { uses.removeFirst() }
        cache.insert(step, for: key, cost: cost)
      case 1:
        if let known { uses.remove(at: known) }
        cache.remove(key)
      default:
        if let known { uses.append(uses.remove(at: known)) }
        #expect(cache.value(for: key) == known.flatMap { _ in uses.last?.value })
      }
      #expect(cache.count == uses.count)
      #expect(cache.cost == uses.reduce(0) { $0 + $1.cost })
    }
  }
}
