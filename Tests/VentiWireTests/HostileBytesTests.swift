import TestSupport
import Testing
import VentiCore
import VentiWire

/// Bytes that no honest peer sends: parsers return a value or an error, and never trap.
struct HostileBytesTests {
  @Test("a request cut short is an error, unless its end is data")
  func requestPrefixes() throws {
    for (version, _, hex, request) in MessageTests.requests {
      let body = Array(bytesOfHex(hex).dropFirst(version.lengthByteCount))
      // A read count of four bytes cut to two is a read count; data may end anywhere.
      if case .write = request { continue }
      if case .read(let address) = request, address.limit > 65_535 { continue }
      for count in 0..<body.count {
        #expect(throws: WireError.self, "\(request) cut to \(count)") {
          try Request.parse(Block(Array(body[..<count])).bytes)
        }
      }
    }
  }

  @Test("a byte too many is an error, unless it is data")
  func surplus() throws {
    for (version, _, hex, request) in MessageTests.requests {
      if case .write = request { continue }
      let body = Array(bytesOfHex(hex).dropFirst(version.lengthByteCount)) + [0]
      #expect(throws: WireError.self, "\(request)") { try Request.parse(Block(body).bytes) }
    }
    for (version, _, hex, reply) in MessageTests.replies {
      if case .block = reply { continue }
      let body = Array(bytesOfHex(hex).dropFirst(version.lengthByteCount)) + [0]
      #expect(throws: WireError.self, "\(reply)") { try Reply.parse(Block(body).bytes) }
    }
  }

  @Test("a reply cut short is an error, unless its end is data")
  func replyPrefixes() throws {
    for (version, _, hex, reply) in MessageTests.replies {
      if case .block = reply { continue }
      let body = Array(bytesOfHex(hex).dropFirst(version.lengthByteCount))
      for count in 0..<body.count {
        #expect(throws: WireError.self, "\(reply) cut to \(count)") {
          try Reply.parse(Block(Array(body[..<count])).bytes)
        }
      }
    }
  }

  @Test("a request with any byte changed is an error, or a request that encodes to the same fields")
  func flippedRequests() throws {
    for (version, _, hex, _) in MessageTests.requests {
      let body = Array(bytesOfHex(hex).dropFirst(version.lengthByteCount))
      for index in body.indices {
        for bit in 0..<8 {
          var changed = body
          changed[index] ^= 1 << bit
          try expectStable(changed)
        }
      }
    }
  }

  @Test("random bodies never trap a parser", arguments: 1...4 as ClosedRange<UInt64>)
  func random(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<3_000 {
      var body = generator.bytes(Int.random(in: 0..<64, using: &generator))
      if !body.isEmpty, Bool.random(using: &generator) { body[0] %= 20 }
      try expectStable(body)
      _ = try? VersionLine.count(in: Block(body).bytes)
      _ = try? VersionLine.negotiate(Block(body).bytes)
      for version in ProtocolVersion.allCases { _ = try? version.bodyCount(in: Block(body).bytes) }
    }
  }

  /// What parses, parses to the same value again after encoding.
  private func expectStable(_ body: [UInt8]) throws {
    let block = Block(body)
    if let (tag, request) = try? Request.parse(block.bytes) {
      let again = Array(try request.frame(tag: tag, .v04).allBytes.dropFirst(4))
      #expect(try Request.parse(Block(again).bytes).request == request)
    }
    if let (tag, reply) = try? Reply.parse(block.bytes) {
      let once = Array(try reply.frame(tag: tag, .v04).allBytes.dropFirst(4))
      let (_, decoded) = try Reply.parse(Block(once).bytes)
      // Percent signs and NULs do not survive the first encoding.
      let twice = Array(try decoded.frame(tag: tag, .v04).allBytes.dropFirst(4))
      #expect(once == twice)
    }
  }
}
