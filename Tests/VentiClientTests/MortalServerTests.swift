import Posix
import TestSupport
import Testing
import VentiClient
import VentiCore

/// A sync promises that everything written before it is on stable storage, however often the
/// server died on the way.
@Suite(.timeLimit(.minutes(10)))
struct MortalServerTests {
  @Test(
    "what is synced is never lost, though the server dies at any moment",
    arguments: [UInt64](1...4))
  func deaths(seed: UInt64) throws {
    try run(seed: seed, until: 25)
  }

  @Test(
    "what is synced is never lost in a thousand deaths, and more", .long,
    arguments: [UInt64](11...14))
  func manyDeaths(seed: UInt64) throws {
    try run(seed: seed, until: 1000)
  }

  /// Writes and syncs, from several threads, until the server has died so many times.
  private func run(seed: UInt64, until deaths: Int) throws {
    let server = try MortalServer(seed: seed, lifetime: 60)
    defer { server.stop() }
    var options = ClientOptions.impatient(60)
    options.reconnectSeconds = 0.05
    options.unsyncedBytes = 1 << 18
    let client = try VentiClient.connect(to: server.dial, options: options)
    let lost = Monitor<[Score]>([])
    let running = Monitor(3)
    for writer in 0..<3 {
      Thread.start("writer") {
        var generator = SeededGenerator(seed: seed << 8 | UInt64(writer))
        while server.breaks.deaths < deaths {
          let scores = (try? Self.write(&generator, to: client)) ?? [.zero]
          let durable = server.durable
          lost.withLock { $0 += scores.filter { !durable.contains($0) } }
        }
        running.update { $0 -= 1 }
      }
    }
    let hasEnded = running.wait(until: .after(seconds: 500)) { $0 == 0 ? true : nil }
    #expect(hasEnded == true)
    #expect(lost.withLock { $0 } == [])
    #expect(server.breaks.cuts > deaths / 10)
  }

  /// Writes some blocks, and syncs.
  private static func write(
    _ generator: inout SeededGenerator, to client: VentiClient
  ) throws -> [Score] {
    var scores: [Score] = []
    for _ in 0..<(1 + generator.next() % 100) {
      let block = Block(generator.bytes(8 + Int(generator.next() % 64)))
      scores.append(try client.write(block, type: .data))
    }
    try client.sync()
    return scores
  }
}
