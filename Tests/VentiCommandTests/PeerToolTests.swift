import SystemPackage
import TestSupport
import Testing

/// The tools that look at stores, beside plan9port's: the same arguments, the same lines on the same
/// stream, and a status that tells the truth.
@Suite(.plan9, .timeLimit(.minutes(5)))
struct PeerToolTests {
  private let temporary: TemporaryDirectory

  init() throws {
    temporary = try TemporaryDirectory()
  }

  private func pair(
    _ fixture: StoreFixture, prepare: (FilePath) throws -> Void = { _ in }
  ) throws -> SideBySide {
    try SideBySide(fixture.unpack(into: temporary.path), prepare: prepare)
  }

  private static let known = "d4ca3aa7276468ee81c5c7aeeecb1a004383bcab"

  private static let lookCases: [(StoreFixture, [String])] = [
    (.store, ["printarena", "-o", "794624", "arenas0"]),
    (.store, ["printarena", "-o3940352", "arenas0", "550"]),
    (.store, ["printarena", "-o", "0xc2000", "--", "arenas0", "0x55"]),
    (.storeV4, ["printarena", "-o794624", "arenas0"]),
    (.store, ["printarenapart", "arenas0"]),
    (.storeV4, ["printarenapart", "--", "arenas0"]),
    (.store, ["checkarenas", "arenas0"]),
    (.store, ["checkarenas", "-v", "arenas0"]),
    (.store, ["checkarenas", "-vv", "arenas0", "arenas01"]),
    (.storeV4, ["checkarenas", "-avf", "arenas0"]),
    (.store, ["verifyarena", "arenas0"]),
    // Under 8192 plan9port's reads the tail beyond its buffer, and one run in thirty aborts.
    (.store, ["verifyarena", "-vb16384", "-s", "0", "arenas0"]),
    (.store, ["rdarena", "arenas0", "arenas01"]),
    (.store, ["rdarena", "-q", "arenas0", "arenas02"]),
    (.storeV4, ["rdarena", "-v", "arenas0", "arenas00"]),
    (.store, ["findscore", "arenas0", known]),
    (.store, ["findscore", "arenas0", "d4ca3aa7276468ee81c5c7aeeecb1a004383bcac"]),
    (.store, ["clumpstats", "venti.conf"]),
    (.storeV4, ["clumpstats", "-B1m", "venti.conf"]),
    (.store, ["fmtindex", "venti.conf"]),
    (.store, ["fmtindex", "-a", "venti.conf"]),
  ]

  @Test("whole stores: the same lines, and nothing changed", arguments: lookCases)
  func looks(fixture: StoreFixture, arguments: [String]) throws {
    let pair = try pair(fixture)
    let (theirs, ours) = try pair.run(arguments)

    #expect(theirs.status == .success)
    #expect(ours.status == .success)
    #expect(ours.output == theirs.output)
    #expect(ours.notes == theirs.notes)
    #expect(try pair.differingFiles() == "")
  }

  @Test("checkarenas -a: the same sums, which plan9port's adds up by the thousand")
  func sums() throws {
    let (theirs, ours) = try pair(.store).run(["checkarenas", "-a", "arenas0"])

    #expect(ours.notes.count == 2)
    for line in ours.notes {
      let end = try #require(line.firstMatch(of: /->(\d+) 0->(\d+) 0->(\d+) 0->(\d+)$/))
      #expect(
        theirs.notes.contains { note in
          [end.1, end.2, end.3, end.4].allSatisfy { note.contains("->\($0)") }
        })
    }
  }

  @Test("syncindex describes the index alike, and seals what plan9port's leaves for its server")
  func syncIndex() throws {
    let pair = try pair(.store)
    let (theirs, ours) = try pair.run(["syncindex", "-vB1m", "-I", "1m", "venti.conf"])

    #expect(ours.status == .success)
    #expect(ours.notes == theirs.notes)
    let verified = try pair.plan9port.start(
      "venti/verifyarena", ["-v", "arenas0", "arenas00"], directory: pair.ours)
    #expect(try verified.waitForExit() == .success)
    #expect(verified.errorOutput.contains("arenas00: verified score"))
  }

  @Test(
    "an index that was built anew is right for both", arguments: [StoreFixture.store, .storeV4])
  func buildIndex(fixture: StoreFixture) throws {
    let pair = try pair(fixture)
    let (theirs, ours) = try pair.run(["buildindex", "-dM1m", "venti.conf"])

    #expect(theirs.status == .success)
    #expect(ours.status == .success)
    // The first line counts clumps; plan9port's counts those that were indexed before.
    for note in ours.notes.dropFirst() { #expect(theirs.notes.contains(note)) }
    try pair.ours.appending("tmp").create(byteCount: 64 << 20)
    try pair.plan9port.run("venti/checkindex", "venti.conf", "tmp", directory: pair.ours)
    try ChildProcess.run(
      Fixture.program("venti"), "checkindex", "venti.conf", "tmp", directory: pair.ours)
  }

  @Test("a partition with a copy of the configuration stands for it, in both")
  func configuration() throws {
    let pair = try pair(.store)
    let venti = Fixture.program("venti")
    let text = try ChildProcess.run("cat", "venti.conf", directory: pair.ours)

    try ChildProcess.run(venti, "conf", "-w", "arenas0", "venti.conf", directory: pair.ours)

    #expect(try ChildProcess.run(venti, "conf", "arenas0", directory: pair.ours) == text)
    #expect(
      try pair.plan9port.run("venti/clumpstats", "arenas0", directory: pair.ours)
        == ChildProcess.run(venti, "clumpstats", "arenas0", directory: pair.ours))
  }
}
