import Fuse
import Posix
import Testing

struct WorkerLedgerTests {
  private static func ledger(receiving: Int) -> WorkerLedger {
    var ledger = WorkerLedger(
      limits: .init(fewestReceiving: 2, mostReceiving: 3, mostWaiting: 4))
    for _ in 0..<receiving { ledger.join() }
    return ledger
  }

  @Test("a thread that waits is replaced only when too few are left to receive")
  func replacement() {
    var ledger = Self.ledger(receiving: 3)

    guard case .admitted = ledger.admit({}) else { return #expect(Bool(false), "no admission") }
    #expect(ledger.receiving == 2)
    guard case .admittedForNewThread = ledger.admit({}) else {
      return #expect(Bool(false), "no replacement")
    }
    #expect(ledger.receiving == 2)
    #expect(ledger.waiting == 2)
  }

  @Test("what goes beyond the limit is parked and done in order by those that finish")
  func parking() {
    var ledger = Self.ledger(receiving: 2)
    let done = Monitor<[Int]>([])
    for _ in 0..<4 { _ = ledger.admit({}) }
    for number in 0..<100 {
      guard case .parked = ledger.admit({ done.withLock { $0.append(number) } }) else {
        return #expect(Bool(false), "job \(number) is not parked")
      }
    }

    for _ in 0..<100 { ledger.nextJob()?() }

    #expect(done.withLock { $0 } == Array(0..<100))
    #expect(ledger.waiting == 4)
    let next = ledger.nextJob()
    #expect(next == nil)
    #expect(ledger.waiting == 3)
  }

  @Test("threads on top step aside, and the last to do so is called first")
  func spares() throws {
    var ledger = Self.ledger(receiving: 5)
    let (one, two) = (ledger.stepAside(), ledger.stepAside())
    let (first, second) = (try #require(one), try #require(two))
    let third = ledger.stepAside()
    #expect(third == nil)
    #expect(ledger.receiving == 3)

    _ = ledger.admit({})
    guard case .admittedForSpare(let called) = ledger.admit({}) else {
      return #expect(Bool(false), "no spare is called")
    }

    #expect(called === second)
    let (releasedSecond, releasedFirst) = (ledger.release(second), ledger.release(first))
    #expect(!releasedSecond)
    #expect(releasedFirst)
  }

  @Test("nobody is replaced and nobody steps aside once no request comes")
  func closing() throws {
    var ledger = Self.ledger(receiving: 5)
    let one = ledger.stepAside()
    let spare = try #require(one)

    let spares = ledger.close()

    #expect(spares.count == 1 && spares.first === spare)
    let next = ledger.stepAside()
    #expect(next == nil)
    for _ in 0..<3 {
      guard case .admitted = ledger.admit({}) else { return #expect(Bool(false), "replaced") }
    }
    #expect(ledger.receiving == 1)
  }
}
