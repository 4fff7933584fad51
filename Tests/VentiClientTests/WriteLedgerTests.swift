import Posix
import Testing
import VentiClient
import VentiCore
import VentiWire

struct WriteLedgerTests {
  @Test("a failed write fails every sync that was under way, and none that begins after them")
  func sharedFailure() throws {
    let ledger = WriteLedger(limit: 1 << 20)
    let batch = try #require(try ledger.enter(1, until: nil)).batch
    let block = Block([1])
    let write = WriteCall(block: block, type: .data, score: block.score, batch: batch)

    #expect(ledger.beginSync() == batch)
    #expect(ledger.beginSync() == batch + 1)
    ledger.fail([write], with: .tooLarge)

    #expect(ledger.endSync() == .tooLarge)
    #expect(ledger.endSync() == .tooLarge)
    #expect(ledger.beginSync() == nil)
    #expect(ledger.endSync() == nil)
  }
}
