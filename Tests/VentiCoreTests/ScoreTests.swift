import Testing
import VentiCore

struct ScoreTests {
  @Test("the score of no bytes is the zero score")
  func empty() {
    let nothing: [UInt8] = []
    #expect(Score(of: nothing.span.bytes) == .zero)
    #expect(Score.zero.description == "da39a3ee5e6b4b0d3255bfef95601890afd80709")
  }

  @Test("a score is the SHA-1 of the bytes")
  func hello() {
    let hello = Array("hello world".utf8)
    #expect(
      Score(of: hello.span.bytes).description == "2aae6c35c94fcfb415dbe95f408b9ce91ee846ed")
  }

  @Test("either case of digit is read, lower case is written")
  func cases() throws {
    let score = try Score("2AAE6C35C94FCFB415DBE95F408B9CE91EE846ED")
    #expect(score.description == "2aae6c35c94fcfb415dbe95f408b9ce91ee846ed")
  }

  @Test(
    "anything but forty hexadecimal digits is refused",
    arguments: [
      "", "2aae", "2aae6c35c94fcfb415dbe95f408b9ce91ee846e",
      "2aae6c35c94fcfb415dbe95f408b9ce91ee846ed0", "gaae6c35c94fcfb415dbe95f408b9ce91ee846ed",
      " 2aae6c35c94fcfb415dbe95f408b9ce91ee846e", "éaae6c35c94fcfb415dbe95f408b9ce91ee846e",
    ])
  func refused(text: String) {
    #expect(throws: FormatError.self) { try Score(text) }
  }

  @Test("a label ends at the first colon")
  func labels() throws {
    let text = "vac:2aae6c35c94fcfb415dbe95f408b9ce91ee846ed"
    let labelled = try LabelledScore(text)
    #expect(labelled.label == "vac")
    #expect(labelled.description == text)
    #expect(throws: FormatError.self) { try LabelledScore("a:" + text) }
  }

  @Test("scores sort as their bytes do")
  func order() throws {
    let small = try Score("00ff000000000000000000000000000000000001")
    let large = try Score("0100000000000000000000000000000000000000")
    #expect(small < large)
    #expect(!(large < small))
  }
}
