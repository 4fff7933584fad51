import CommandSupport
import Testing

struct ByteCountTests {
  @Test(
    "a number may have a suffix, in either case",
    arguments: [("0", 0), ("4096", 4096), ("64k", 65536), ("3M", 3 << 20), ("2g", 2 << 30)])
  func values(text: String, bytes: Int) {
    #expect(ByteCount(argument: text)?.bytes == bytes)
  }

  @Test("anything else is refused", arguments: ["", "k", "-1", "+1", "1.5m", "12x", "1mm", "İ"])
  func refused(text: String) {
    #expect(ByteCount(argument: text) == nil)
  }

  @Test("help shows the largest unit that fits", arguments: ["64m", "1g", "1536k", "1000", "0"])
  func description(text: String) throws {
    #expect(try #require(ByteCount(argument: text)).defaultValueDescription == text)
  }
}
