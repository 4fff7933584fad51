import Posix
import TestSupport
import Testing
import VentiCore
import VentiServer
import VentiWire

/// Who may connect.
@Suite(.timeLimit(.minutes(1)))
struct AllowTests {
  @Test(
    "a range holds its addresses and no others",
    arguments: [
      ("10.1.0.0/16", "10.1.255.255", true), ("10.1.0.0/16", "10.2.0.0", false),
      ("192.168.4.0/22", "192.168.7.1", true), ("192.168.4.0/22", "192.168.8.1", false),
      ("192.168.1.5", "192.168.1.5", true), ("192.168.1.5", "192.168.1.4", false),
      ("0.0.0.0/0", "1.2.3.4", true), ("0.0.0.0/0", "::1", false), ("::/0", "1.2.3.4", false),
      ("10.0.0.0/8", "::ffff:10.9.8.7", true), ("fd00::/8", "fdff::1", true),
      ("fd00::/8", "fe80::1", false), ("fe80::/10", "fe80::1%eth0", true),
    ])
  func ranges(range: String, address: String, isInside: Bool) throws {
    let address = try #require(InternetAddress(address))
    #expect(try AddressRange(range).contains(address) == isInside)
  }

  @Test(
    "what is no range is refused, with its text",
    arguments: [
      "", "10", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "host", "10.0.0.0/+8",
    ])
  func malformed(text: String) {
    let error = #expect(throws: FormatError.self) { try AddressRange(text) }
    #expect(error.map { "\($0)".contains("'\(text)'") } == true)
  }

  @Test("a stranger is refused at once, by blocks and by pages")
  func strangers() throws {
    var options = ServerOptions()
    options.allowed = [try AddressRange("10.0.0.0/8"), try AddressRange("::1")]
    let test = try PagesUnderTest(nil, options)
    defer { test.stop() }
    #expect(try RawSocket.connect(port: test.blocks.port).receiveAllOrReset().isEmpty)
    #expect(try RawSocket.connect(port: test.port).receiveAllOrReset().isEmpty)
  }

  @Test("who is in one of the ranges is served")
  func friends() throws {
    var options = ServerOptions()
    options.allowed = [try AddressRange("10.0.0.0/8"), try AddressRange("127.0.0.0/8")]
    let test = try PagesUnderTest(nil, options)
    defer { test.stop() }
    #expect(try ClientDouble(port: test.blocks.port).call(.ping) == .pong)
    #expect(try test.get("/healthz").status == "200")
  }
}

extension RawSocket {
  /// What comes until the peer ends the connection, kindly or not.
  fileprivate func receiveAllOrReset() throws -> [UInt8] {
    do {
      return try receiveAll()
    } catch let failure as Failure where failure.isEnd {
      return []
    }
  }
}
