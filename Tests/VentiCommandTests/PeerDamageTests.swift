import SystemPackage
import TestSupport
import Testing

/// Damaged stores beside plan9port's tools, which stop at damage, cut data away, and end with status 0.
@Suite(.plan9, .timeLimit(.minutes(5)))
struct PeerDamageTests {
  /// Where the second arena of the fixture begins in its partition.
  private static let arena = 3_940_352
  private static let length = 3_145_728
  private static let blockSize = 8192

  private let temporary: TemporaryDirectory

  init() throws {
    temporary = try TemporaryDirectory()
  }

  private func pair(_ prepare: (FilePath) throws -> Void) throws -> SideBySide {
    try SideBySide(StoreFixture.store.unpack(into: temporary.path)) { store in
      try prepare(store.appending("arenas0"))
    }
  }

  /// Flips a bit in the data of the second clump.
  private static func flip(_ arenas: FilePath) throws {
    try arenas.overwrite([0x78], at: arena + blockSize + 600)
  }

  @Test("printarena goes on after a damaged block, where plan9port's stops")
  func printArena() throws {
    let (theirs, ours) = try pair(Self.flip)
      .run(["printarena", "-o", "\(Self.arena)", "arenas0"])

    #expect(theirs.status == .success)
    #expect(ours.status == .exited(1))
    let seen = theirs.output.split(separator: "\n").dropLast()
    let lines = ours.output.split(separator: "\n")
    #expect(Array(lines.prefix(seen.count)) == Array(seen))
    #expect(lines.count == 3044 + 1)
    #expect(ours.notes.last?.hasPrefix("clump 550 failed to read: ") == true)
  }

  @Test("checkarenas -af leaves every byte where plan9port's cuts the arena short")
  func checkArenas() throws {
    let pair = try pair(Self.flip)
    let (theirs, ours) = try pair.run(["checkarenas", "-af", "arenas0"])

    #expect(theirs.status == .success)
    #expect(ours.status == .exited(1))
    #expect(ours.notes.contains("arenas01: clump=1 has mismatched score"))
    let whole = temporary.path.appending("store/arenas0").string
    try ChildProcess.run("cmp", whole, pair.ours.appending("arenas0").string)
    let cut = try pair.plan9port.start(
      "venti/printarenapart", ["arenas0"], directory: pair.theirs)
    #expect(try cut.waitForExit() == .success)
    #expect(cut.output.contains("arena arenas01 3940352 clumps=1 "))
  }

  @Test("a directory that is lost is written anew, to the last byte, and both find it right")
  func directory() throws {
    let pair = try pair { arenas in
      let zeros = [UInt8](repeating: 0, count: Self.blockSize)
      try arenas.overwrite(zeros, at: Self.arena + Self.length - 2 * Self.blockSize)
    }
    let (_, ours) = try pair.run(["checkarenas", "-af", "arenas0"])

    #expect(ours.status == .success)
    #expect(try pair.run(["checkarenas", "-a", "arenas0"]).ours.status == .success)
    let peer = try pair.plan9port.start(
      "venti/checkarenas", ["-a", "arenas0"], directory: pair.ours)
    #expect(try peer.waitForExit() == .success)
    #expect(!peer.errorOutput.contains("clump info"))
    try ChildProcess.run("mkdir", temporary.path.appending("whole").string)
    let whole = try StoreFixture.store.unpack(into: temporary.path.appending("whole"))
    try ChildProcess.run(
      "cmp", whole.appending("arenas0").string, pair.ours.appending("arenas0").string)
  }

  @Test("an arena without its tail is listed and saved, where plan9port's tools give up")
  func tail() throws {
    let pair = try pair { arenas in
      try arenas.overwrite([0, 0, 0, 0], at: Self.arena + Self.length - Self.blockSize)
    }
    let (theirs, ours) = try pair.run(["printarena", "-o", "\(Self.arena)", "arenas0"])
    #expect(theirs.output.split(separator: "\n").count == 1)
    #expect(ours.output.split(separator: "\n").count == 3044 + 2)
    #expect(ours.status == .exited(1))

    let venti = Fixture.program("venti")
    try ChildProcess.run(venti, "init", "saved", "--size", "16m", directory: pair.ours)
    try ChildProcess.run(
      venti, "wrarena", "-h", "saved", "-o", "\(Self.arena)", "arenas0",
      expecting: .exited(1), directory: pair.ours)
    let check = try ChildProcess.run(venti, "check", "saved", directory: pair.ours)
    #expect(check.hasPrefix("checked 1 arena, 0 seals, 3,044 blocks of "))
    #expect(check.hasSuffix(": all is well\n"))
  }

  @Test("a seal that does not match is told in the same words, and ends with status 1")
  func seal() throws {
    let pair = try pair { _ in }
    // Seals the one that plan9port's server had yet to seal.
    _ = try pair.plan9port.start("venti/syncindex", ["venti.conf"], directory: pair.theirs)
      .waitForExit()
    for copy in [pair.theirs, pair.ours] {
      try ChildProcess.run(Fixture.program("venti"), "syncindex", "venti.conf", directory: copy)
      try copy.appending("arenas0").overwrite([0x78], at: 794_624 + Self.blockSize + 600)
    }
    let (theirs, ours) = try pair.run(["verifyarena", "-v", "arenas0"])

    #expect(theirs.status == .success)
    #expect(ours.status == .exited(1))
    #expect(ours.notes.contains { $0.hasPrefix("arenas00: mismatch checksum - found=") })
    #expect(ours.notes == theirs.notes)
  }

  @Test(
    "an index that differs is told in the same lines; plan9port's calls it correct all the same")
  func index() throws {
    let pair = try SideBySide(StoreFixture.store.unpack(into: temporary.path)) { store in
      // A byte in the address of the first entry of the first bucket.
      try store.appending("isect0").overwrite([0xff], at: 794_624 + 33)
      try store.appending("tmp").create(byteCount: 64 << 20)
    }
    let (theirs, ours) = try pair.run(["checkindex", "venti.conf", "tmp"])

    #expect(theirs.status == .success)
    #expect(ours.status == .exited(1))
    #expect(ours.output == theirs.output)
    #expect(ours.output.hasPrefix("# diff actual correct\nisect0 block 0xc2000\n"))
    #expect(ours.notes.contains("checkindex: 1 spurious entries, 1 missing, 0 wrong"))
  }
}
