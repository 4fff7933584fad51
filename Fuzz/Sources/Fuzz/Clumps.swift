import VentiCore
import VentiStore

/// Clumps and their compression.
enum Clumps {
  static func run(_ bytes: [UInt8]) {
    let input = Block(bytes)
    if bytes.count >= 2 {
      let count = Int(bytes[0]) << 8 | Int(bytes[1])
      if let block = try? Whack.decode(input[2..<input.count].bytes, count: count) {
        expect(block.count == count, "as much is decoded as was asked for")
      }
    }
    readClump(input)
    compress(input)
    if let info = try? ClumpInfo(parsing: input.bytes) {
      expect(info.clumpByteCount > 0, "a clump has a header")
    }
  }

  private static func readClump(_ input: Block) {
    guard input.count >= ClumpHeader.byteCount,
      let header = try? ClumpHeader(parsing: input[0..<ClumpHeader.byteCount].bytes)
    else { return }
    let end = min(header.info.clumpByteCount, input.count)
    if header.encoding == .whack {
      let stored = input[ClumpHeader.byteCount..<end]
      _ = try? Whack.decode(stored.bytes, count: header.info.size)
    }
    var writer = ByteWriter()
    header.write(to: &writer)
    expect(
      (try? ClumpHeader(parsing: Block(writer.bytes).bytes)) == header,
      "a header is what was written")
  }

  private static func compress(_ input: Block) {
    guard input.count <= ClumpInfo.maximumSize else { return }
    var encoder = WhackEncoder()
    guard let stored = encoder.encode(input.bytes) else { return }
    let block = try? Whack.decode(stored.bytes, count: input.count)
    expect(block == input, "what is compressed decodes to itself")
  }
}
