internal import Posix

private struct Work<Output: Sendable>: Sendable {
  var next = 0
  var running = 0
  var results: [Int: Output] = [:]
}

extension [Arena] {
  /// Works on several arenas at a time, and returns the results in the order of the arenas.
  func concurrently<Output: Sendable>(
    threads: Int, _ work: @escaping @Sendable (_ number: Int, Arena) -> Output
  ) -> [Output] {
    let state = Monitor(Work<Output>())
    let loop = { @Sendable in
      while let number = state.withLock({ state -> Int? in
        defer { state.next += 1 }
        return state.next < count ? state.next : nil
      }) {
        let result = work(number, self[number])
        state.withLock { $0.results[number] = result }
      }
      state.update { $0.running -= 1 }
    }
    for _ in 0..<Swift.min(threads, count) {
      state.withLock { $0.running += 1 }
      if !Thread.start("venti arenas", loop) { loop() }
    }
    _ = state.wait { $0.running == 0 ? () : nil }
    return state.withLock { state in indices.compactMap { state.results[$0] } }
  }
}
