import Posix
import Testing

struct MonitorTests {
  @Test("a waiter sees the update that it waits for", .timeLimit(.minutes(1)))
  func waits() {
    let monitor = Monitor(0)
    Thread.start("counter") {
      for _ in 0..<10 { monitor.update { $0 += 1 } }
    }

    let seen = monitor.wait { value in value == 10 ? value : nil }

    #expect(seen == 10)
  }

  @Test("a wait ends at its deadline")
  func givesUp() {
    let monitor = Monitor(())
    let seen: Int? = monitor.wait(until: .after(seconds: 0.01)) { _ in nil }
    #expect(seen == nil)
  }

  @Test("threads that count together lose no count", .timeLimit(.minutes(1)))
  func excludes() {
    let monitor = Monitor((count: 0, running: 8))
    for _ in 0..<8 {
      Thread.start("counter") {
        for _ in 0..<1_000 { monitor.withLock { $0.count += 1 } }
        monitor.update { $0.running -= 1 }
      }
    }

    let count = monitor.wait { $0.running == 0 ? $0.count : nil }

    #expect(count == 8_000)
  }
}
