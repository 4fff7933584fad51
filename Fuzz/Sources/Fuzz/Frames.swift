import VentiCore
import VentiWire

/// What arrives on a connection: the version line, then messages of either direction.
enum Frames {
  static func run(_ bytes: [UInt8]) {
    let input = Block(bytes)
    if let count = try? VersionLine.count(in: input.bytes), count <= bytes.count {
      _ = try? VersionLine.negotiate(input[0..<count].bytes)
    }
    for version in ProtocolVersion.allCases { readAll(input, version) }
  }

  private static func readAll(_ input: Block, _ version: ProtocolVersion) {
    var offset = 0
    while let count = try? version.bodyCount(in: input[offset..<input.count].bytes) {
      let start = offset + version.lengthByteCount
      guard count <= input.count - start else { return }
      read(input[start..<start + count], version)
      offset = start + count
    }
  }

  /// Texts that are no UTF-8 are repaired as they are read, and long ones cut as they are written: so
  /// what is compared is what was read from what was written.
  private static func read(_ body: Block, _ version: ProtocolVersion) {
    if let request = try? Request.parse(body.bytes), let once = rewritten(request, version) {
      let twice = rewritten(once, version)
      expect(twice?.tag == once.tag && twice?.request == once.request, "a request stays as it is")
    }
    if let reply = try? Reply.parse(body.bytes), let once = rewritten(reply, version) {
      let twice = rewritten(once, version)
      expect(twice?.tag == once.tag && twice?.reply == once.reply, "a reply stays as it is")
    }
  }

  private static func rewritten(
    _ message: (tag: UInt8, request: Request), _ version: ProtocolVersion
  ) -> (tag: UInt8, request: Request)? {
    guard let frame = try? message.request.frame(tag: message.tag, version) else { return nil }
    return try? Request.parse(body(of: frame, version).bytes)
  }

  private static func rewritten(
    _ message: (tag: UInt8, reply: Reply), _ version: ProtocolVersion
  ) -> (tag: UInt8, reply: Reply)? {
    guard let frame = try? message.reply.frame(tag: message.tag, version) else { return nil }
    return try? Reply.parse(body(of: frame, version).bytes)
  }

  private static func body(of frame: Frame, _ version: ProtocolVersion) -> Block {
    Block(frame.head.dropFirst(version.lengthByteCount) + frame.data.array)
  }
}
