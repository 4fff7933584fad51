import SystemPackage
import TestSupport
import Testing

/// The options of the program, those of plan9port's `vac` and our own.
@Suite(.timeLimit(.minutes(5)))
struct OptionTests {
  private let work: Workplace

  init() throws {
    work = try Workplace()
  }

  /// The list of an archive that the last run made.
  private func list(_ archive: String) throws -> [Substring] {
    try work.run("unvac", "-t", archive).output.split(separator: "\n")
  }

  @Test("-a adds each day under its date, and compares with the one before")
  func days() throws {
    try work.shell("mkdir t; echo 1 >t/f")
    let today = try work.shell("date +%Y/%m%d").split(separator: "\n")[0]

    let first = try work.vac("-v", "-a", "days.vac", "t")
    let second = try work.vac("-v", "-q", "-a", "days.vac", "t")

    #expect(first.status == .success && second.status == .success)
    #expect(first.errors.hasPrefix("no recent archive to diff against\narchive \(today)\n"))
    #expect(second.errors.hasPrefix("diff \(today)\narchive \(today).1\n"))
    #expect(!second.errors.contains("+"))
    let year = today.prefix(4)
    #expect(
      try list("days.vac") == [
        "\(year)/", "\(today).1/", "\(today).1/t/", "\(today).1/t/f", "\(today)/", "\(today)/t/",
        "\(today)/t/f",
      ])
  }

  @Test("-q takes files over unread, and tells which it reads")
  func quick() throws {
    try work.shell("mkdir t; echo 1 >t/a; echo 2 >t/b")
    try work.vac("-f", "1.vac", "t").expectSuccess()
    try work.shell("echo 3 >t/b")

    let outcome = try work.vac("-qvs", "-d", "1.vac", "-f", "2.vac", "t")

    #expect(
      outcome.errors.hasPrefix("t/\nt/a\nt/b\n+t/b\n1 files, 1 files skipped, 1 directories\n"))
    try work.run("unvac", "--verify", "2.vac", "t").expectSuccess()
  }

  @Test(
    "an archive to compare with that is not there yet, or lost, is told and done without",
    arguments: ["missing.vac", "empty.vac", "lost.vac"])
  func missingPrevious(name: String) throws {
    try work.shell(
      "echo 1 >f; >empty.vac; echo vac:\(String(repeating: "ab", count: 20)) >lost.vac")
    let outcome = try work.vac("-d", name, "f")

    #expect(outcome.status == .success)
    #expect(outcome.errors.hasPrefix("vac: cannot compare with '\(name)': "))
  }

  @Test(
    "what names no archive to compare with, or to add to, ends vac before anything is done",
    arguments: [
      (
        "-d", "text",
        "archive 'text': archive name 'hello': expected 'vac:' and 40 hexadecimal digits"
      ),
      (
        "-a", "text",
        "archive 'text': archive name 'hello': expected 'vac:' and 40 hexadecimal digits"
      ),
      (
        "-a", "empty",
        "archive 'empty': archive name '', of an empty file: expected one line 'vac:…'"
      ),
      ("-d", "dir", "archive 'dir': Is a directory"),
      ("-d", "vac:12", "archive name 'vac:12': expected 'vac:' and 40 hexadecimal digits"),
    ])
  func wrongPrevious(option: String, name: String, message: String) throws {
    try work.shell("mkdir dir; echo 1 >f; echo hello >text; >empty")
    let outcome = try work.run("vac", "-h", "/no/store", option, name, "f")

    #expect(outcome.status == .exited(1))
    #expect(outcome.errors == "vac: \(message)\n")
  }

  @Test("-m merges archives in the place of their files")
  func merge() throws {
    try work.shell("mkdir t u; echo 1 >t/one; echo 2 >u/two; echo x >u/no.vac")
    try work.shell("cd t; true")
    try work.vac("-f", "u/t.vac", "t").expectSuccess()

    let outcome = try work.vac("-m", "-v", "-f", "u.vac", "u")

    #expect(outcome.status == .success)
    #expect(outcome.errors.contains("merging u/t.vac\n"))
    #expect(try list("u.vac") == ["u/", "u/no.vac", "u/two", "u/t/", "u/t/one"])
    #expect(try work.run("unvac", "-c", "u.vac", "u/t/one").output == "1\n")
  }

  @Test("-m merges several archives at once, in any directory; a name that is taken is told")
  func mergeSeveral() throws {
    try work.shell(
      """
      mkdir one two t t/below; echo 1 >one/a; echo 1 >one/ab; echo 2 >two/ab; echo 2 >two/b
      echo 0 >t/below/b; echo 0 >t/aa
      """)
    for name in ["one", "two"] {
      let program = Fixture.program("vac").string
      try work.shell("cd \(name); \(program) -h ../store -f ../t/below/\(name).vac .")
    }

    let outcome = try work.vac("-m", "-f", "m.vac", "t", "t/below/two.vac")

    #expect(outcome.status == .exited(1))
    #expect(
      outcome.errors == """
        vac: 't/below/ab': left out: an earlier argument has a file of this name
        vac: 't/below/b': left out: an earlier argument has a file of this name
        vac: 2 problems: not everything is in the archive as it is on disk

        """)
    #expect(
      try list("m.vac") == [
        "ab", "b", "t/", "t/aa", "t/below/", "t/below/ab", "t/below/a", "t/below/b",
      ])
    let contents = try ["ab", "b", "t/below/ab", "t/below/a", "t/below/b"].map {
      try work.run("unvac", "-c", "m.vac", $0).output
    }
    // The directory's own names come before those of archives, and these in the order of theirs.
    #expect(contents == ["2\n", "2\n", "1\n", "1\n", "0\n"])
  }

  @Test("-i stores what standard input gives")
  func standardInput() throws {
    let program = Fixture.program("vac").string
    let score = try work.shell("head -c 100000 /bin/sh | \(program) -h store -i data")
    try work.shell("echo \(score.dropLast()) >i.vac; head -c 100000 /bin/sh >expected")

    try work.run("unvac", "-C", "out", "i.vac").expectSuccess()

    try work.shell("cmp expected out/data")
    #expect(try work.run("unvac", "-tv", "i.vac").output.hasPrefix("-rw-rw-rw- vac      vac "))
  }

  @Test("patterns of -e and -x decide in the order of the command line")
  func patterns() throws {
    try work.shell("mkdir t; touch t/a.o t/b.o t/c; echo 'include t/a.o' >rules")

    let first = try work.vac("-x", "rules", "-e", "t/*.o", "-f", "1.vac", "t")
    let second = try work.vac("-e", "t/*.o", "-x", "rules", "-f", "2.vac", "t")

    #expect(first.errors == "vac: excluding t/b.o\n")
    #expect(second.errors == "vac: excluding t/a.o\nvac: excluding t/b.o\n")
    #expect(try list("1.vac") == ["t/", "t/a.o", "t/c"])
  }

  @Test("arguments come from a file, by line or by NUL", arguments: ["\\n", "\\0"])
  func fromFile(separator: String) throws {
    try work.shell("touch a b c; printf 'a\(separator)c\(separator)' >names")
    try work.vac("--from-file", "names", "-f", "n.vac").expectSuccess()

    #expect(try list("n.vac") == ["a", "c"])
  }

  @Test("a list with an argument of more than 4096 bytes is refused, not cut")
  func listTooLong() throws {
    try work.shell("echo 1 >f; { echo f; head -c 4097 /dev/zero | tr '\\0' x; } >names")
    let outcome = try work.vac("--from-file", "names", "-f", "n.vac")

    #expect(outcome.status == .exited(1))
    #expect(outcome.errors == "vac: --from-file: an argument in it has more than 4096 bytes\n")
    #expect(try work.shell("ls").contains("n.vac") == false)
  }

  @Test("an argument whose name is taken is told, and the status is 1")
  func nameTaken() throws {
    try work.shell("mkdir a b; echo 1 >a/f; echo 2 >b/f")
    let outcome = try work.vac("-f", "n.vac", "a/f", "b/f")

    #expect(outcome.status == .exited(1))
    #expect(outcome.errors.hasPrefix("vac: 'b/f': left out: "))
    #expect(try work.run("unvac", "-c", "n.vac", "f").output == "1\n")
  }

  @Test("the contents of '.' go to the top")
  func contents() throws {
    try work.shell("mkdir t; touch t/a t/b")
    let vac = Fixture.program("vac").string
    try work.shell("cd t; \(vac) -h ../store -f ../t.vac .")

    #expect(try list("t.vac") == ["a", "b"])
  }

  @Test("JSON is one line, with the score")
  func json() throws {
    try work.shell("echo 1 >f")
    let outcome = try work.vac("--json", "f")

    #expect(
      outcome.output.wholeMatch(
        of: /\{"score": "vac:[0-9a-f]{40}", "files": 1, .*"problems": 0, .*\}\n/) != nil)
  }

  @Test(
    "what contradicts itself is refused",
    arguments: [["-a", "x", "-f", "y", "f"], ["-a", "x", "-d", "y", "f"], [], ["-q", "f"]])
  func refused(arguments: [String]) throws {
    let child = try work.start(arguments)
    #expect(try child.waitForExit() == .exited(1))
  }

  @Test("a store that is full says how it grows")
  func full() throws {
    try ChildProcess.run(
      Fixture.program("venti"), "init", "--size", "1m", work.path("small").string)
    try work.shell("head -c 3000000 /dev/urandom >f; echo old >f.vac")
    let outcome = try work.run(
      "vac", "-f", "f.vac", "f", environment: ["venti": work.path("small").string])

    #expect(outcome.status == .exited(1))
    #expect(outcome.errors.contains("'venti grow --size "))
    #expect(try work.text("f.vac") == "old\n")
  }

  @Test("block sizes below 512 mean 512, above 56k are refused")
  func blockSizes() throws {
    try work.shell("head -c 5000 /bin/sh >f")
    let (least, same) = (try work.vac("-b", "1", "f"), try work.vac("-b", "0x200", "f"))
    #expect(least.output == same.output)
    #expect(try work.vac("-b", "57k", "f").status == .exited(1))
    #expect(try work.vac("-b", "56k", "f").status == .success)
  }
}
