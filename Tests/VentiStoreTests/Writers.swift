import Posix
import Testing

/// Runs `body` on some threads at once, and expects that all of them end without an error.
func runWriters(
  _ count: Int, sourceLocation: SourceLocation = #_sourceLocation,
  _ body: @escaping @Sendable (_ thread: Int) throws -> Void
) {
  let running = Monitor(count)
  let failures = Monitor([String]())
  for thread in 0..<count {
    Thread.start("writer") {
      do {
        try body(thread)
      } catch {
        failures.withLock { $0.append("\(error)") }
      }
      running.update { $0 -= 1 }
    }
  }
  let ended: Void? = running.wait(until: .after(seconds: 60)) { $0 == 0 ? () : nil }
  #expect(ended != nil, sourceLocation: sourceLocation)
  #expect(failures.withLock { $0 } == [], sourceLocation: sourceLocation)
}
