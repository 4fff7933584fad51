import Posix
import TestSupport
import Testing
import VentiClient
import VentiCore
import VentiWire

/// Writes go out behind the caller's back; a sync makes sure of them, whatever happens between.
@Suite(.timeLimit(.minutes(1)))
struct WriteTests {
  private static func blocks(_ count: Int) -> [Block] {
    (0..<count).map { Block([UInt8($0 % 256), UInt8($0 / 256), 3]) }
  }

  @Test("a server that is killed after it acknowledged writes is sent them again")
  func resent() throws {
    let lost = MemoryStore()
    let kept = MemoryStore()
    let acknowledged = Monitor(0)
    let server = try ServerDouble { session in
      try session.greet()
      guard session.number == 0 else { return try session.serve(kept) }
      while acknowledged.withLock({ $0 }) < 50 {
        let (tag, request) = try session.receive()
        // Killed before it syncs: what it says is synced, is not sent again.
        guard case .write = request else { return }
        try session.send(ServerDouble.Session.answer(request, lost), tag)
        acknowledged.update { $0 += 1 }
      }
    }
    var options = ClientOptions.impatient(10)
    options.connections = 1
    let client = try VentiClient.connect(to: server.dial, options: options)
    let blocks = Self.blocks(80)

    for block in blocks { #expect(try client.write(block, type: .data) == block.score) }
    try client.sync()

    for block in blocks {
      #expect(try kept.read(BlockAddress(block.score, .data, limit: 3)) == block)
    }
  }

  @Test("a sync goes out on the connection that took the writes, after all their acknowledgements")
  func order() throws {
    let log = Monitor<[String]>([])
    let store = MemoryStore()
    let server = try ServerDouble { session in
      try session.greet()
      var held: [(UInt8, Request)] = []
      while true {
        let (tag, request) = try session.receive()
        if case .sync = request {
          log.update { $0.append("sync") }
          try session.send(.synced, tag)
        } else {
          log.update { $0.append("write") }
          held.append((tag, request))
          // Nothing is acknowledged before the tenth write has come.
          guard held.count == 10 else { continue }
          for (tag, request) in held.reversed() {
            try session.send(ServerDouble.Session.answer(request, store), tag)
          }
        }
      }
    }
    let client = try VentiClient.connect(to: server.dial, options: .impatient(10))

    for block in Self.blocks(10) { try client.write(block, type: .directory) }
    try client.sync()

    #expect(log.withLock { $0 } == [String](repeating: "write", count: 10) + ["sync"])
  }

  @Test("an error of a write surfaces at a later write or at the sync, and is gone after that")
  func errors() throws {
    let store = MemoryStore()
    let bad = Block([66])
    let server = try ServerDouble { session in
      try session.greet()
      while true {
        let (tag, request) = try session.receive()
        if case .write(bad, _) = request {
          try session.send(.error("no space left in arenas"), tag)
        } else {
          try session.send(ServerDouble.Session.answer(request, store), tag)
        }
      }
    }
    let client = try VentiClient.connect(to: server.dial, options: .impatient(10))

    #expect(try client.write(bad, type: .data) == bad.score)
    let error = #expect(throws: BlockError.self) { try client.sync() }
    guard case .full = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    try client.write(Block([67]), type: .data)
    try client.sync()
  }

  @Test("a write that is stored under another score is an error")
  func wrongScore() throws {
    let server = try ServerDouble { session in
      try session.greet()
      while true {
        let (tag, request) = try session.receive()
        if case .write = request { try session.send(.stored(Block([1]).score), tag) }
      }
    }
    let client = try VentiClient.connect(to: server.dial, options: .impatient(10))

    try client.write(Block([2]), type: .data)

    let error = #expect(throws: BlockError.self) { try client.sync() }
    guard case .refused(_, let reason) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(reason.contains(Block([2]).score.description))
  }

  @Test("a failed sync of the server is the client's error")
  func failedSync() throws {
    let store = MemoryStore()
    let server = try ServerDouble { session in
      try session.greet()
      while true {
        let (tag, request) = try session.receive()
        if case .sync = request {
          try session.send(.error("disk on fire"), tag)
        } else {
          try session.send(ServerDouble.Session.answer(request, store), tag)
        }
      }
    }
    let client = try VentiClient.connect(to: server.dial, options: .impatient(10))

    try client.write(Block([2]), type: .data)

    #expect(throws: BlockError.refused(peer: client.name, reason: "'disk on fire'")) {
      try client.sync()
    }
    #expect(throws: BlockError.refused(peer: client.name, reason: "'disk on fire'")) {
      try client.sync()
    }
  }

  @Test("no more is kept in memory than the limit: a writer waits, and a sync makes room")
  func window() throws {
    let store = MemoryStore()
    let syncs = Monitor(0)
    let server = try ServerDouble { session in
      try session.greet()
      while true {
        let (tag, request) = try session.receive()
        if case .sync = request { syncs.update { $0 += 1 } }
        try session.send(ServerDouble.Session.answer(request, store), tag)
      }
    }
    var options = ClientOptions.impatient(10)
    options.unsyncedBytes = 200_000
    let client = try VentiClient.connect(to: server.dial, options: options)

    for number in 0..<60 {
      try client.write(Block([UInt8](repeating: UInt8(number), count: 20_000)), type: .data)
    }
    #expect(syncs.withLock { $0 } >= 5)
    try client.sync()
    #expect(store.count == 60)
  }

  @Test("a writer does not wait for a hung server for ever")
  func hung() throws {
    let server = try ServerDouble { session in
      try session.greet()
      while true { _ = try session.receive() }
    }
    var options = ClientOptions.impatient(0.3)
    options.unsyncedBytes = 0
    let client = try VentiClient.connect(to: server.dial, options: options)
    let large = [UInt8](repeating: 1, count: 57_344)

    #expect(throws: BlockError.timedOut(nil, peer: client.name, seconds: 0.3)) {
      for number in 0..<3 { try client.write(Block(large + []), type: .all[number]) }
    }
    #expect(throws: BlockError.timedOut(nil, peer: client.name, seconds: 1.2)) {
      try client.sync()
    }
  }

  @Test("what cannot be stored is refused, and nothing is not sent")
  func unacceptable() throws {
    let server = try ServerDouble { session in
      try session.greet()
      _ = try session.receive()
    }
    let client = try VentiClient.connect(to: server.dial, options: .impatient())

    #expect(throws: BlockError.tooLarge) {
      try client.write(Block([UInt8](repeating: 0, count: 57_345)), type: .data)
    }
    #expect(try client.write(.empty, type: .data) == .zero)
    #expect(try client.read(BlockAddress(.zero, .data, limit: 0)) == .empty)
  }
}
