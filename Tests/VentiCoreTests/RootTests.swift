import TestSupport
import Testing
import VentiCore

struct RootTests {
  private static let bytes = bytesOfHex(
    "0002" + String(repeating: "00", count: 128) + "766163" + String(repeating: "00", count: 125)
      + "441bb2b0326b10fc5b3c1c9096accd5c9441ade00200" + String(repeating: "00", count: 20))

  private func parse(_ bytes: [UInt8]) throws(FormatError) -> Root {
    let block = Block(bytes)
    return try Root(parsing: block.bytes)
  }

  @Test("the root of vac.md §9.1 decodes, and encodes to the same bytes")
  func vector() throws {
    #expect(Block(Self.bytes).score.description == "0ac5d29970024900ad322c17d4700202903d8a7e")
    let root = try parse(Self.bytes)
    #expect(root.name.isEmpty)
    #expect(root.type == Array("vac".utf8))
    #expect(root.blockSize == 512)
    #expect(root.previous == .none)
    var writer = ByteWriter()
    root.write(to: &writer)
    #expect(writer.bytes == Self.bytes)
  }

  @Test(
    "a block size of 65536 and more takes the float form, both ways", arguments: [65536, 1 << 20])
  func bigBlockSize(size: Int) throws {
    let root = Root(type: Array("vac".utf8), score: .zero, blockSize: size)
    var writer = ByteWriter()
    root.write(to: &writer)
    #expect(writer.bytes.count == Root.byteCount)
    #expect(writer.bytes[0] == 0x80)
    #expect(try parse(writer.bytes) == root)
  }

  @Test("any prefix of a root is an error", arguments: 0..<Root.byteCount)
  func prefixes(count: Int) {
    #expect(throws: FormatError.self) { try parse(Array(Self.bytes.prefix(count))) }
  }

  @Test("one byte too many is an error")
  func surplus() {
    #expect(throws: FormatError.self) { try parse(Self.bytes + [0]) }
  }

  @Test("another version, or a block size below 256, is refused")
  func invalid() {
    var other = Self.bytes
    other[1] = 3
    #expect(throws: FormatError.self) { try parse(other) }
    var small = Self.bytes
    small[278] = 0
    #expect(throws: FormatError.self) { try parse(small) }
  }

  @Test("a flipped byte never traps", arguments: 0..<Root.byteCount)
  func flips(position: Int) {
    var bytes = Self.bytes
    bytes[position] ^= 0xff
    _ = try? parse(bytes)
  }
}
