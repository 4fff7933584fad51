import TestSupport
import Testing
import VentiCore
import VentiWire

/// Messages captured between plan9port's client and server (venti-protocol, "captured traffic").
struct MessageTests {
  static let hello = Block(Array("hello world".utf8))

  static let requests: [(ProtocolVersion, UInt8, String, Request)] = [
    (
      .v04, 0, "00000014 04 00 0002 3034 0009 616e6f6e796d6f7573 00 00 00",
      .hello(Request.Hello(version: "04"))
    ),
    (.v04, 0, "00000011 0e 00 0d 000000 68656c6c6f20776f726c64", .write(hello, .data)),
    (
      .v04, 0, "0000001a 0c 00 2aae6c35c94fcfb415dbe95f408b9ce91ee846ed 0d 00 ffff",
      .read(BlockAddress(hello.score, .data, limit: 65_535))
    ),
    (
      .v04, 0, "0000001a 0c 00 2aae6c35c94fcfb415dbe95f408b9ce91ee846ed 01 00 012c",
      .read(BlockAddress(hello.score, .root, limit: 300))
    ),
    (
      .v04, 0, "0000001c 0c 00 2aae6c35c94fcfb415dbe95f408b9ce91ee846ed 0d 00 00020000",
      .read(BlockAddress(hello.score, .data, limit: 131_072))
    ),
    (.v04, 0, "00000002 10 00", .sync),
    (.v04, 255, "00000002 06 ff", .goodbye),
    (
      .v02, 0, "0014 04 00 0002 3032 0009 616e6f6e796d6f7573 00 00 00",
      .hello(Request.Hello(version: "02"))
    ),
    (
      .v02, 1, "001a 0c 01 2aae6c35c94fcfb415dbe95f408b9ce91ee846ed 0d 00 2000",
      .read(BlockAddress(hello.score, .data, limit: 8192))
    ),
    (.v02, 2, "0002 10 02", .sync),
    (.v02, 3, "0002 02 03", .ping),
  ]

  static let replies: [(ProtocolVersion, UInt8, String, Reply)] = [
    (.v04, 0, "0000000f 05 00 0009 616e6f6e796d6f7573 00 00", .welcome(Reply.Welcome())),
    (.v04, 0, "00000016 0f 00 2aae6c35c94fcfb415dbe95f408b9ce91ee846ed", .stored(hello.score)),
    (.v04, 0, "0000000d 0d 00 68656c6c6f20776f726c64", .block(hello)),
    (.v04, 0, "00000003 0d 00 41", .block(Block([0x41]))),
    (
      .v04, 0,
      """
      0000004a 01 00 0046 6e6f20626c6f636b20776974682073636f726520
      32616165366333356339346663666234313564626539356634303862396365393165653834366564
      2f313620657869737473
      """,
      .error("no block with score 2aae6c35c94fcfb415dbe95f408b9ce91ee846ed/16 exists")
    ),
    (.v04, 0, "00000002 11 00", .synced),
    (.v04, 9, "00000002 03 09", .pong),
    (.v02, 0, "0007 05 00 0001 6d 00 00", .welcome(Reply.Welcome(server: "m"))),
    (.v02, 1, "000d 0d 01 68656c6c6f20776f726c64", .block(hello)),
    (.v02, 3, "0013 01 03 000f 756e6b6e6f776e2072657175657374", .error("unknown request")),
  ]

  @Test(
    "a captured request decodes to its value, and the value encodes to the capture",
    arguments: requests)
  func goldenRequest(version: ProtocolVersion, tag: UInt8, hex: String, request: Request) throws {
    let bytes = bytesOfHex(hex)
    let body = Block(bytes)[version.lengthByteCount..<bytes.count]

    #expect(try version.bodyCount(in: Block(bytes).bytes) == body.count)
    let parsed = try Request.parse(body.bytes)
    #expect(parsed.tag == tag)
    #expect(parsed.request == request)
    #expect(try request.frame(tag: tag, version).allBytes == bytes)
  }

  @Test(
    "a captured reply decodes to its value, and the value encodes to the capture",
    arguments: replies)
  func goldenReply(version: ProtocolVersion, tag: UInt8, hex: String, reply: Reply) throws {
    let bytes = bytesOfHex(hex)
    let body = Block(bytes)[version.lengthByteCount..<bytes.count]

    #expect(try version.bodyCount(in: Block(bytes).bytes) == body.count)
    let parsed = try Reply.parse(body.bytes)
    #expect(parsed.tag == tag)
    #expect(parsed.reply == reply)
    #expect(try reply.frame(tag: tag, version).allBytes == bytes)
  }

  @Test("the wire type of each block type is the one captured")
  func wireTypes() throws {
    let expected = bytesOfHex("0d 03 04 05 06 07 08 09 02 03 04 05 06 07 08 09 01")
    let sent = try BlockType.all.map { type in
      try Request.write(.empty, type).frame(tag: 0, .v04).head[6]
    }
    #expect(sent == expected)
  }

  @Test("a read count of three bytes is a bad message that knows its tag")
  func threeByteCount() throws {
    let body = bytesOfHex("0c 07 2aae6c35c94fcfb415dbe95f408b9ce91ee846ed 0d 00 00ffff")
    let error = #expect(throws: WireError.self) { try Request.parse(Block(body).bytes) }
    #expect(error?.tag == 7)
  }

  @Test("a block type without meaning is refused", arguments: [0, 10, 11, 12, 14, 255] as [UInt8])
  func meaninglessTypes(type: UInt8) {
    let write = Block([14, 5, type, 0, 0, 0, 65])
    let error = #expect(throws: WireError.self) { try Request.parse(write.bytes) }
    #expect(error?.tag == 5)
  }

  @Test(
    "a type of message that no client sends is unknown",
    arguments: [0, 1, 3, 5, 7, 8, 9, 10, 11, 13, 15, 17, 18, 255] as [UInt8])
  func unknownTypes(type: UInt8) {
    #expect(throws: WireError.unknownType(type, tag: 4)) {
      try Request.parse(Block([type, 4]).bytes)
    }
  }

  @Test("a body of no or one byte has no tag", arguments: [[], [12]] as [[UInt8]])
  func untagged(body: [UInt8]) {
    let error = #expect(throws: WireError.self) { try Request.parse(Block(body).bytes) }
    #expect(error?.tag == nil)
  }

  @Test("a string over 1024 bytes is refused")
  func longString() throws {
    let body = bytesOfHex("04 00 0002 3034 0401") + [UInt8](repeating: 65, count: 1025) + [0, 0, 0]
    #expect(throws: WireError.self) { try Request.parse(Block(body).bytes) }
  }

  @Test("crypto and codec of any length are taken and kept apart", arguments: [0, 4, 5, 255])
  func blobs(count: Int) throws {
    let hello = Request.Hello(
      version: "04", crypto: [UInt8](repeating: 1, count: count),
      codec: [UInt8](repeating: 2, count: count))
    let frame = try Request.hello(hello).frame(tag: 0, .v04)
    let parsed = try Request.parse(Block(Array(frame.head.dropFirst(4))).bytes)
    #expect(parsed.request == .hello(hello))
  }

  @Test("an error text carries no format and fits its field")
  func errorText() throws {
    let text = "100%s %\u{301}" + String(repeating: "é", count: 600)
    let frame = try Reply.error(text).frame(tag: 0, .v04)
    #expect(!frame.head.contains(UInt8(ascii: "%")))
    let parsed = try Reply.parse(Block(Array(frame.head.dropFirst(4))).bytes)
    guard case .error(let sent) = parsed.reply else {
      Issue.record("not an error: \(parsed.reply)")
      return
    }
    #expect(sent.utf8.starts(with: "100?s ?".utf8))
    #expect(sent.utf8.count <= 1024)
    #expect(!sent.unicodeScalars.contains("\u{fffd}"))
  }

  @Test("a block that a version cannot carry is not sent")
  func tooLong() throws {
    let block = Block([UInt8](repeating: 0, count: 65_530))
    #expect(throws: WireError.tooLong(count: 65_536, limit: 65_535)) {
      try Request.write(block, .data).frame(tag: 0, .v02)
    }
    #expect(try Request.write(block, .data).frame(tag: 0, .v04).count == 65_540)
  }
}

extension Frame {
  /// The frame as it goes over the wire.
  var allBytes: [UInt8] { head + data.array }
}
