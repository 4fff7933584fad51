import Testing
import VacBackup

struct PatternTests {
  /// The paths of the tree that plan9port's vac was tried on.
  private static let paths = [
    "g", "g/.a", "g/a.o", "g/.o", "g/a.b.o", "g/ab", "g/a+b", "g/a^b", "g/a\\b", "g/a-b", "g/~x",
    "g/..a", "g/a", "g/é", "g/a[b", "g/s", "g/s/a", "g/s/.h", "g/s/.h/a",
  ]

  @Test(
    "a pattern matches what plan9port's does",
    arguments: [
      (
        "g/*",
        [
          "g/a.o", "g/a.b.o", "g/ab", "g/a+b", "g/a^b", "g/a\\b", "g/a-b", "g/~x", "g/a", "g/é",
          "g/a[b", "g/s",
        ]
      ),
      ("g/?", ["g/a", "g/s", "g/é"]),
      ("g/??", ["g/ab", "g/~x"]),
      ("g/.*", ["g/..a", "g/.a", "g/.o"]),
      ("g/*.o", ["g/.o", "g/a.o", "g/a.b.o"]),
      ("g/*o", ["g/a.o", "g/a.b.o"]),
      ("g/[.]*", ["g/..a", "g/.a", "g/.o"]),
      ("g/[~a]", ["g/s", "g/é"]),
      ("g/...", Array(paths.dropFirst())),
      ("...", paths),
      ("...a", ["g/a", "g/.a", "g/..a", "g/s/a", "g/s/.h/a"]),
      (".../a", ["g/a", "g/s/a", "g/s/.h/a"]),
      ("g/*/a", ["g/s/a"]),
      ("g/*/*/a", []),
      ("g/s/.../a", ["g/s/.h/a"]),
      ("g/s/", []),
      ("g/a[^]b", ["g/a^b"]),
      ("....o", ["g/a.o", "g/.o", "g/a.b.o"]),
      ("g/a\\b", ["g/a\\b"]),
      ("g/[a-m]", ["g/a"]),
    ])
  func table(text: String, matches: [String]) throws {
    let pattern = try Pattern(Array(text.utf8))
    let found = Self.paths.filter { pattern.matches(Array($0.utf8)) }
    #expect(Set(found) == Set(matches))
  }

  @Test("a byte that is not UTF-8 is one character")
  func invalidBytes() throws {
    #expect(try Pattern(Array("g/?".utf8)).matches(Array("g/".utf8) + [0xff]))
    #expect(try !Pattern(Array("g/?".utf8)).matches(Array("g/".utf8) + [0xff, 0xff]))
  }

  @Test("dots do not match the end of a line")
  func lineFeed() throws {
    #expect(try !Pattern(Array("...".utf8)).matches(Array("a\nb".utf8)))
    #expect(try Pattern(Array("*".utf8)).matches(Array("a\nb".utf8)))
  }

  @Test("what is no pattern is refused", arguments: ["[", "g/[a", "[a/b]", "[~-]", "[]", "[b-a]"])
  func malformed(text: String) {
    let error = #expect(throws: Pattern.Malformed.self) { try Pattern(Array(text.utf8)) }
    #expect(error?.description == "bad glob pattern '\(text)'")
  }

  @Test("a pattern of many stars takes no more than moments", .timeLimit(.minutes(1)))
  func manyStars() throws {
    let pattern = try Pattern(Array((String(repeating: "*a...", count: 200) + "b").utf8))
    #expect(!pattern.matches(Array(repeating: UInt8(ascii: "a"), count: 4000)))
  }

  @Test("a file of patterns has comments, empty lines, and patterns with a space")
  func file() throws {
    var list = PatternList()
    let text = "# comment\n\nexclude a/b  \t\ninclude c d\n"

    let warnings = try list.add(contentsOf: Array(text.utf8), called: "F")

    #expect(warnings == ["F:4: warning: space in pattern"])
    #expect(!list.isEmpty)
  }

  @Test(
    "a line that is no rule is refused with its place",
    arguments: [
      ("exclude a\nomit b\n", "F:2: line does not begin with include or exclude"),
      ("exclude [\n", "F:1: bad glob pattern '['"),
      ("exclude\n", "F:1: line does not begin with include or exclude"),
    ])
  func malformedFile(text: String, message: String) {
    var list = PatternList()
    let error = #expect(throws: PatternList.Malformed.self) {
      try list.add(contentsOf: Array(text.utf8), called: "F")
    }
    #expect(error?.description == message)
  }
}
