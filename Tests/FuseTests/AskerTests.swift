import Fuse
import Testing

struct AskerTests {
  private static func status(
    pending: UInt64 = 0, shared: UInt64 = 0, blocked: UInt64 = 0, ignored: UInt64 = 0,
    caught: UInt64 = 0
  ) -> String {
    func hexadecimal(_ mask: UInt64) -> String { String(mask, radix: 16) }
    return """
      Name:\ta name\tSigPnd:\nState:\tD (disk sleep)
      SigQ:\t1/63448
      SigPnd:\t\(hexadecimal(pending))
      ShdPnd:\t\(hexadecimal(shared))
      SigBlk:\t\(hexadecimal(blocked))
      SigIgn:\t\(hexadecimal(ignored))
      SigCgt:\t\(hexadecimal(caught))

      """
  }

  private static let kill: UInt64 = 1 << 8
  private static let interrupt: UInt64 = 1 << 1
  private static let terminalStop: UInt64 = 1 << 19

  @Test("a thread dies of a signal that is pending, and nothing keeps off")
  func dying() {
    #expect(Asker.isDying(status: Self.status(pending: Self.kill)))
    #expect(Asker.isDying(status: Self.status(shared: Self.interrupt)))
    #expect(Asker.isDying(status: Self.status(pending: Self.kill, caught: Self.interrupt)))
  }

  @Test("a thread does not die of a signal that it handles, ignores or blocks, nor of a stop")
  func living() {
    #expect(!Asker.isDying(status: Self.status()))
    for keptOff in [
      Self.status(pending: Self.interrupt, caught: Self.interrupt),
      Self.status(pending: Self.interrupt, ignored: Self.interrupt),
      Self.status(shared: Self.interrupt, blocked: Self.interrupt),
      Self.status(shared: Self.terminalStop),
    ] {
      #expect(!Asker.isDying(status: keptOff))
    }
  }

  @Test("a thread of which nothing is known counts as dying", arguments: ["", "Name:\tx\n"])
  func unknown(status: String) {
    #expect(Asker.isDying(status: status))
  }
}
