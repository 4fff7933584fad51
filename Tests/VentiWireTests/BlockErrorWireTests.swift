import Testing
import VentiCore
import VentiWire

struct BlockErrorWireTests {
  private let address = BlockAddress(Block([1]).score, .directory, limit: 100)

  @Test("errors are told in plan9port's words")
  func words() {
    let score = address.score
    #expect(
      BlockError.notFound(score, .directory).wireText
        == "no block with score bf8b4530d8d246dd74ac53a13471bba17941dff7/8 exists")
    #expect(
      BlockError.tooLong(score, .data, count: 200, limit: 100).wireText
        == "read too small: asked for 100 need at least 200")
    #expect(BlockError.readOnly.wireText == "read only")
    #expect(BlockError.full(reason: "3 arenas sealed").wireText == "no space left in arenas")
    #expect(BlockError.tooLarge.wireText == "lump too large")
  }

  private func read(_ text: String) -> BlockError {
    BlockError(wireText: text, reading: address, peer: "p")
  }

  @Test("the words of a failed read are understood again")
  func reading() {
    let score = address.score
    #expect(read("no block with score \(score)/8 exists") == .notFound(score, .directory))
    #expect(
      read("read too small 1: asked for 100 need at least 8192")
        == .tooLong(score, .directory, count: 8192, limit: 100))
  }

  @Test("what makes no sense as the answer to a read is quoted")
  func quotes() {
    let small = "read too small: asked for 100 need at least 7"
    #expect(read(small) == .refused(peer: "p", reason: "block \(address.score): '\(small)'"))
    #expect(
      read("\u{1b}[2J") == .refused(peer: "p", reason: "block \(address.score): '\\u{1B}[2J'"))
  }

  @Test("a reason is not cut off, however long the path before it")
  func whole() {
    let text = String(repeating: "/directory", count: 20) + ": no space left on device"
    #expect(read(text) == .refused(peer: "p", reason: "block \(address.score): '\(text)'"))
  }

  @Test("the words of a failed write are understood again")
  func storing() {
    #expect(BlockError(wireText: "read only", storing: nil, peer: "p") == .readOnly)
    #expect(
      BlockError(wireText: "no space left in arenas", storing: nil, peer: "p")
        == .full(reason: "p: no space left in arenas"))
    let index = "no space left in index: index 'main' has no room for 9 blocks"
    #expect(BlockError.full(reason: index).wireText == index)
    #expect(BlockError(wireText: index, storing: nil, peer: "p") == .full(reason: "p: \(index)"))
    #expect(BlockError(wireText: "lump too large", storing: nil, peer: "p") == .tooLarge)
    #expect(
      BlockError(wireText: "disk on fire", storing: address.score, peer: "p")
        == .refused(peer: "p", reason: "block \(address.score): 'disk on fire'"))
  }
}
