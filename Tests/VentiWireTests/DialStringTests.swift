import Testing
import VentiCore
import VentiWire

struct DialStringTests {
  @Test(
    "each written form means one place",
    arguments: [
      ("backup", .tcp(host: "backup", port: 17_034)),
      ("backup:venti", .tcp(host: "backup", port: 17_034)),
      ("backup:17434", .tcp(host: "backup", port: 17_434)),
      ("127.0.0.1:80", .tcp(host: "127.0.0.1", port: 80)),
      ("tcp!backup", .tcp(host: "backup", port: 17_034)),
      ("net!backup!venti", .tcp(host: "backup", port: 17_034)),
      ("tcp!backup!0x441a", .tcp(host: "backup", port: 17_434)),
      ("tcp!backup!017434", .tcp(host: "backup", port: 7964)),
      ("tcp!::1!17034", .tcp(host: "::1", port: 17_034)),
      ("[::1]:17034", .tcp(host: "::1", port: 17_034)),
      ("tcp![::1]!0", .tcp(host: "::1", port: 0)),
      ("[fe80::1%lo]", .tcp(host: "fe80::1%lo", port: 17_034)),
      ("::1", .tcp(host: "::1", port: 17_034)),
      ("tcp!*!venti", .tcp(host: "*", port: 17_034)),
      ("unix!venti.sock", .unix(path: "venti.sock")),
      ("/run/venti", .unix(path: "/run/venti")),
      // A mark that would combine with the separator before it.
      ("\u{735}::\u{fffd}:4", .tcp(host: "\u{735}::\u{fffd}:4", port: 17_034)),
    ] as [(String, DialString)])
  func forms(text: String, expected: DialString) throws {
    #expect(try DialString(text) == expected)
    #expect(try DialString(expected.description) == expected)
  }

  @Test(
    "what names no place is refused by its text",
    arguments: [
      "", "tcp!", "tcp!!venti", ":17034", "udp!host", "il!host", "host:", "host:http", "host:65536",
      "host:-1", "host:+1", "host:0x", "host:0x+1", "host:09", "tcp!a!1!2", "[::1", "[::1]17034",
      "[[]]", "[a]b",
      "a b", "unix!", "unix!/" + String(repeating: "x", count: 107),
    ])
  func refused(text: String) {
    let error = #expect(throws: FormatError.self) { try DialString(text) }
    #expect(error?.description.contains(quoted(text)) == true)
  }
}
