import Testing
import VentiCore
import VentiWire

struct VersionLineTests {
  private func version(of line: String) throws -> ProtocolVersion? {
    let bytes = Block(Array(line.utf8))
    guard let count = try VersionLine.count(in: bytes.bytes) else { return nil }
    return try VersionLine.negotiate(bytes[0..<count].bytes)
  }

  @Test(
    "the first token of the peer's list that we know is the version",
    arguments: [
      ("venti-04:02-libventi\n", .v04), ("venti-02-x\n", .v02), ("venti-04-x\n", .v04),
      ("venti-02:04-x\n", .v02), ("venti-99:foo:02-x\n", .v02), ("venti-99-04\n", .v04),
      ("venti-:04-x\n", .v04), ("venti-04\n", .v04), ("venti-04:02-\u{7f}\n", .v04),
    ] as [(String, ProtocolVersion)])
  func picks(line: String, expected: ProtocolVersion) throws {
    #expect(try version(of: line) == expected)
  }

  @Test("our own line offers 04 before 02")
  func ours() throws {
    #expect(try version(of: String(decoding: VersionLine.ours, as: UTF8.self)) == .v04)
  }

  @Test(
    "what is not a version line is refused as soon as that shows",
    arguments: [
      "\n", "venti\n", "venti-04:02-x\r\n", "venti-04\t\n", "HTTP/1.1 400", "v\u{e9}nti", "SSH-2.0",
      "\0",
    ])
  func refused(line: String) {
    #expect(throws: WireError.self) {
      try VersionLine.count(in: Block(Array(line.utf8)).bytes)
    }
  }

  @Test("a line without a version that we speak is refused by its text")
  func noCommonVersion() {
    #expect(throws: WireError.noCommonVersion(offered: "'venti-99-x'")) {
      try version(of: "venti-99-x\n")
    }
  }

  @Test("any part of a line waits for the rest")
  func parts() throws {
    let line = VersionLine.ours
    for count in 0..<line.count {
      #expect(try VersionLine.count(in: Block(Array(line[..<count])).bytes) == nil)
    }
  }

  @Test("a line may have 1022 bytes before its line feed, and no more")
  func length() throws {
    let longest = "venti-04-" + String(repeating: "x", count: 1013)
    #expect(try version(of: longest + "\n") == .v04)
    #expect(throws: WireError.self) { try version(of: longest + "x\n") }
    #expect(throws: WireError.self) { try version(of: longest + "x") }
  }

  @Test("a frame's length is read once it is whole, and bounded")
  func frameLengths() throws {
    #expect(try ProtocolVersion.v04.bodyCount(in: Block([0, 0, 0]).bytes) == nil)
    #expect(try ProtocolVersion.v04.bodyCount(in: Block([0, 1, 0, 5, 9]).bytes) == 65_541)
    #expect(throws: WireError.tooLong(count: 65_542, limit: 65_541)) {
      try ProtocolVersion.v04.bodyCount(in: Block([0, 1, 0, 6]).bytes)
    }
    #expect(throws: WireError.self) {
      try ProtocolVersion.v04.bodyCount(in: Block([0xff, 0xff, 0xff, 0xff]).bytes)
    }
    #expect(try ProtocolVersion.v02.bodyCount(in: Block([0xff]).bytes) == nil)
    #expect(try ProtocolVersion.v02.bodyCount(in: Block([0xff, 0xff]).bytes) == 65_535)
  }
}
