import CommandSupport
import Posix
import TestSupport
import Testing

struct RawArgumentTests {
  @Test(
    "any bytes come through as they are",
    arguments: [
      [], Array("plain".utf8), Array("grüße/😀".utf8), [0xff], [0x61, 0xe9, 0x62], [0xc3],
      Array("\u{10ff80}\u{10ffff}\u{10ff7f}\u{e000}".utf8), [0xf4, 0x8f, 0xbe], [0xed, 0xa0, 0x80],
    ] as [[UInt8]])
  func roundTrip(bytes: [UInt8]) {
    #expect(RawArgument(argument: RawArgument.escaped(bytes)).bytes == bytes)
  }

  @Test("random bytes come through as they are", arguments: 0..<32 as Range<UInt64>)
  func random(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    // Mostly beginnings and insides of long characters.
    let bytes = random.bytes(200).map { $0 % 3 == 0 ? $0 & 0x7f : $0 | 0x80 }
    #expect(RawArgument(argument: RawArgument.escaped(bytes)).bytes == bytes)
  }

  @Test("UTF-8 is not changed on its way")
  func text() {
    #expect(RawArgument.escaped(Array("grüße".utf8)) == "grüße")
    #expect(RawArgument(argument: "grüße").text == "grüße")
  }
}
