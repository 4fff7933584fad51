import SystemPackage
import TestSupport
import Testing

/// The tools that format, beside plan9port's, on files of zeros.
@Suite(.plan9, .timeLimit(.minutes(5)))
struct PeerFormatTests {
  private let temporary: TemporaryDirectory

  init() throws {
    temporary = try TemporaryDirectory()
  }

  /// Files that are blank: `a` for arenas, `i` for sections, `b` for filters.
  private func pair() throws -> SideBySide {
    let blank = temporary.path.appending("blank")
    try ChildProcess.run("mkdir", blank.string)
    for (name, byteCount) in [("a", 64 << 20), ("i", 8 << 20), ("b", 3 << 20), ("odd", 5 << 20)] {
      try blank.appending(name).create(byteCount: byteCount)
    }
    return try SideBySide(blank)
  }

  @Test(
    "the same message, and arenas at the same places",
    arguments: [
      ["fmtarenas", "-a", "4m", "x", "a"], ["fmtarenas", "-a4m", "-b4k", "x", "a"],
      ["fmtarenas", "-Zb", "16k", "-a3m", "x.", "a"], ["fmtarenas", "-a1m", "--", "-x", "odd"],
      ["fmtarenas", "-4a4m", "x", "a"], ["fmtarenas", "x", "a"],
      ["fmtarenas", "-a", "0x400000", "x", "a:0-32m"],
    ])
  func arenas(arguments: [String]) throws {
    let pair = try pair()
    let (theirs, ours) = try pair.run(arguments)

    #expect(theirs.status == .success)
    #expect(ours.status == .success)
    #expect(ours.notes == theirs.notes)
    let name = arguments[arguments.count - 1]
    let listed = try [pair.theirs, pair.ours].map {
      try pair.plan9port.run("venti/printarenapart", name, directory: $0)
    }
    #expect(listed[0] == listed[1])
    #expect(
      try ChildProcess.run(
        Fixture.program("venti"), "printarenapart", name, environment: ["TZ": "UTC"],
        directory: pair.theirs) == listed[0])
  }

  @Test(
    "the same message, and where nothing is random the same bytes",
    arguments: [
      ["fmtarenas", "-4Za4m", "x", "a"], ["fmtisect", "-1", "is", "i"],
      ["fmtbloom", "b"], ["fmtbloom", "-s", "1m", "b"], ["fmtbloom", "-s2m", "-N", "5", "b"],
      ["fmtbloom", "-n", "1000000", "b"],
    ])
  func bytes(arguments: [String]) throws {
    let pair = try pair()
    let (theirs, ours) = try pair.run(arguments)

    #expect(ours.status == .success)
    // What must be zero is made zero, with -Z too.
    #expect(ours.notes.filter { $0 != "clearing a" } == theirs.notes.filter { $0 != "clearing a" })
    #expect(try pair.differingFiles() == "")
  }

  @Test(
    "sections: the same message, and plan9port's fmtindex takes them",
    arguments: [["is", "i"], ["-b4k", "is", "i"], ["--", "is", "odd:0-1500000"]])
  func sections(arguments: [String]) throws {
    let pair = try pair()
    let (theirs, ours) = try pair.run(["fmtisect"] + arguments)
    #expect(ours.status == .success)
    #expect(ours.notes == theirs.notes)

    _ = try pair.run(["fmtarenas", "-a", "4m", "x", "a"])
    let section = arguments[arguments.count - 1]
    let configuration = "index main\narenas a\nisect \(section)\n"
    for copy in [pair.theirs, pair.ours] {
      try ChildProcess.run(
        "sh", "-c", "printf '%s' \"$1\" >venti.conf", "sh", configuration, directory: copy)
    }
    let index = try pair.run(["fmtindex", "venti.conf"])
    #expect(index.theirs.status == .success)
    #expect(index.ours.status == .success)
    #expect(index.ours.notes == index.theirs.notes)
    let again = try pair.plan9port.start("venti/fmtindex", ["venti.conf"], directory: pair.ours)
    #expect(try again.waitForExit() == .success)
    #expect(again.errorOutput.hasSuffix(index.theirs.notes.joined(separator: "\n") + "\n"))
  }

  @Test(
    "what plan9port's tools call a success, or half do, is refused with status 1, and nothing done",
    arguments: [
      ["fmtarenas", "-a", "1m", "x", "tiny"], ["fmtarenas", "-a512k", "x", "a"],
      ["fmtarenas", "-b3000", "x", "a"], ["fmtisect", "is", "tiny"], ["fmtbloom", "-N40", "b"],
      ["fmtbloom", "-s", "16m", "b"], ["fmtbloom", "-n5", "-N3", "b"],
    ])
  func refused(arguments: [String]) throws {
    let pair = try pair()
    try pair.ours.appending("tiny").create(byteCount: 500_000)
    try pair.theirs.appending("tiny").create(byteCount: 500_000)
    let (_, ours) = try pair.run(arguments)

    #expect(ours.status == .exited(1))
    #expect(ours.notes.first?.contains(arguments[0]) == true || ours.notes.count > 1)
    let name = arguments[arguments.count - 1]
    let bytes = try ChildProcess.run(
      "sh", "-c", "tr -d '\\0' <\(name) | wc -c", directory: pair.ours)
    #expect(bytes == "0\n")
  }

  @Test("mirrorarenas brings a copy up to date with the same lines, and the same clumps")
  func mirror() throws {
    let store = try StoreFixture.store.unpack(into: temporary.path)
    let plan9port = try Plan9port()
    try store.appending("copy").create(byteCount: 14_680_064)
    try plan9port.run("venti/fmtarenas", "-a", "3145728", "arenas0", "copy", directory: store)
    let pair = try SideBySide(store)
    for ranges in [["none"], ["1,3-"], []] {
      let (theirs, ours) = try pair.run(["mirrorarenas", "-s", "arenas0", "copy"] + ranges)
      #expect(theirs.status == .success)
      #expect(ours.status == .success)
      #expect(ours.output == theirs.output)
      #expect(ours.notes == theirs.notes)
    }
    try ChildProcess.run("cmp", "arenas0", "copy", directory: pair.ours)
    // Theirs counts nothing as written, and is read all the same.
    let venti = Fixture.program("venti")
    try ChildProcess.run(venti, "checkarenas", "-a", "copy", directory: pair.theirs)
    #expect(
      try ChildProcess.run(venti, "printarena", "copy", directory: pair.theirs)
        == ChildProcess.run(venti, "printarena", "arenas0", directory: pair.theirs))
  }
}
