import Posix
import TestSupport
import Testing
import VentiClient
import VentiCore
import VentiServer
import VentiWire

/// Our client and our server together, over the loopback.
@Suite(.timeLimit(.minutes(1)))
struct NetworkTests {
  private static func blocks(_ count: Int, seed: UInt64 = 1) -> [Block] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in
      Block(generator.bytes(Int.random(in: 2..<9000, using: &generator)))
    }
  }

  @Test(
    "a store on the network keeps the rules of sources", arguments: BlockSourceConformance.allCases)
  func conformance(rule: BlockSourceConformance) throws {
    let test = try ServerUnderTest()
    let client = try VentiClient.connect(to: test.server.addresses[0])
    for stored in BlockSourceConformance.contents {
      #expect(try client.write(stored.block, type: stored.type) == stored.block.score)
    }
    try client.sync()

    try rule.check(client)
    test.server.stop()
  }

  @Test("many threads read over a few connections, each its own block", .timeLimit(.minutes(1)))
  func manyThreads() throws {
    let test = try ServerUnderTest()
    let client = try VentiClient.connect(to: test.server.addresses[0])
    let blocks = Self.blocks(200)
    for block in blocks { try test.store.write(block, type: .data) }
    let wrong = Monitor((running: 32, count: 0))
    for thread in 0..<32 {
      Thread.start("reader") {
        var count = 0
        for step in 0..<100 {
          let block = blocks[(thread * 7 + step) % blocks.count]
          let address = BlockAddress(block.score, .data, limit: block.count)
          if (try? client.read(address)) != block { count += 1 }
        }
        wrong.update { $0 = ($0.running - 1, $0.count + count) }
      }
    }

    #expect(wrong.wait(until: .after(seconds: 30)) { $0.running == 0 ? $0.count : nil } == 0)
    #expect(test.server.connectionCount <= ClientOptions().connections)
    test.server.stop()
  }

  @Test("more blocks than there are tags are fetched together, over several connections")
  func crowd() throws {
    let test = try ServerUnderTest()
    let client = try VentiClient.connect(to: test.server.addresses[0])
    let blocks = Self.blocks(5000)
    for block in blocks { try test.store.write(block, type: .data) }
    let delivered = Monitor((good: 0, bad: 0))
    client.fetch(blocks.map { BlockAddress($0.score, .data, limit: 9000) }) { _, result in
      delivered.update { counts in
        if case .success = result { counts.good += 1 } else { counts.bad += 1 }
      }
    }

    let counts = delivered.wait(until: .after(seconds: 30)) {
      $0.good + $0.bad == blocks.count ? $0 : nil
    }
    #expect(counts?.good == blocks.count)
    #expect(test.server.connectionCount > 1)
    test.server.stop()
  }

  @Test("calls beyond the limit of those that wait fail at once, and by name")
  func tooManyWaiting() throws {
    let test = try ServerUnderTest()
    var options = ClientOptions()
    options.waitingCalls = 1000
    let client = try VentiClient.connect(to: test.server.addresses[0], options: options)
    let addresses = (0..<5000).map { number in
      BlockAddress(Block([UInt8(number & 255), UInt8(number >> 8)]).score, .data, limit: 10)
    }
    let delivered = Monitor((missing: 0, refused: 0))
    client.fetch(addresses) { _, result in
      delivered.update { counts in
        switch result {
        case .failure(.notFound): counts.missing += 1
        case .failure(.unreachable(_, "more than 1000 calls wait")): counts.refused += 1
        default: break
        }
      }
    }

    let counts = delivered.wait(until: .after(seconds: 30)) {
      $0.missing + $0.refused == addresses.count ? $0 : nil
    }
    #expect(counts?.refused == 4000)
    test.server.stop()
  }

  @Test("readers live through a restart of the server", .timeLimit(.minutes(1)))
  func restart() throws {
    let store = MemoryStore()
    let blocks = Self.blocks(50)
    for block in blocks { try store.write(block, type: .data) }
    // Clients have the address 127.0.0.1, so none can take the port while the server is away.
    var test = try ServerUnderTest(
      reading: store, writing: nil, at: .tcp(host: "127.0.0.2", port: 0))
    let address = test.server.addresses[0]
    var options = ClientOptions()
    options.reconnectSeconds = 0.1
    let client = try VentiClient.connect(to: address, options: options)
    let state = Monitor((stops: false, running: 4, reads: 0, failures: 0))
    for thread in 0..<4 {
      Thread.start("reader") {
        var step = thread
        while !state.withLock({ $0.stops }) {
          let block = blocks[step % blocks.count]
          let address = BlockAddress(block.score, .data, limit: block.count)
          let isGood = (try? client.read(address)) == block
          state.update { state in
            state.reads += 1
            if !isGood { state.failures += 1 }
          }
          step += 1
        }
        state.update { $0.running -= 1 }
      }
    }

    for _ in 0..<3 {
      let before = state.withLock { $0.reads }
      let goesOn: Bool? = state.wait(until: .after(seconds: 20)) {
        $0.reads > before + 20 ? true : nil
      }
      #expect(goesOn == true)
      test.server.stop()
      test = try ServerUnderTest(reading: store, writing: nil, at: address)
    }
    let before = state.withLock { $0.reads }
    #expect(state.wait(until: .after(seconds: 20)) { $0.reads > before + 20 ? true : nil } == true)
    state.update { $0.stops = true }
    let ended: Bool? = state.wait(until: .after(seconds: 30)) { $0.running == 0 ? true : nil }
    #expect(ended == true)
    #expect(state.withLock { $0.failures } == 0)
    test.server.stop()
  }

  @Test("every message is traced, with its tag, once that is asked for")
  func trace() throws {
    let test = try ServerUnderTest()
    let lines = Monitor<[String]>([])
    var options = ClientOptions()
    options.trace = { line in lines.update { $0.append(line) } }
    let client = try VentiClient.connect(to: test.server.addresses[0], options: options)
    let block = Block([1, 2])
    try client.write(block, type: .data)
    try client.sync()
    _ = try client.read(BlockAddress(block.score, .data, limit: 9))

    let name = client.name
    #expect(
      lines.withLock { $0 } == [
        "\(name) -> tag 0 Thello version 04", "\(name) <- tag 0 Rhello",
        "\(name) -> tag 0 Twrite type 0 count 2", "\(name) <- tag 0 Rwrite \(block.score)",
        "\(name) -> tag 0 Tsync", "\(name) <- tag 0 Rsync",
        "\(name) -> tag 0 Tread \(block.score) type 0 count 9", "\(name) <- tag 0 Rread count 2",
      ])
    test.server.stop()
  }

  @Test("a client that is gone leaves no connection")
  func closes() throws {
    let test = try ServerUnderTest()
    do {
      let client = try VentiClient.connect(to: test.server.addresses[0])
      try client.sync()
    }
    // A stop that had to wait for the client would take as long as the drain limit.
    let start = Deadline.after(seconds: 5)
    test.server.stop()
    #expect(!start.hasPassed)
  }
}
