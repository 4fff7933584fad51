import SystemPackage
import TestSupport
import Testing

/// The classic tools as commands: their arguments, their exit status, and the links to them.
@Suite(.timeLimit(.minutes(2)))
struct ToolCommandTests {
  private let program = Fixture.program("venti")
  private let temporary: TemporaryDirectory

  init() throws {
    temporary = try TemporaryDirectory()
  }

  private var directory: FilePath { temporary.path }

  @discardableResult
  private func run(
    _ arguments: String..., as name: FilePath? = nil, in place: FilePath? = nil
  ) throws -> (status: ChildProcess.ExitStatus, output: String, errors: String) {
    let child = try ChildProcess(name ?? program, arguments, directory: place ?? directory)
    let status = try child.waitForExit()
    return (status, child.output, child.errorOutput)
  }

  @Test("a store is made, grown, checked, and made only once")
  func store() throws {
    let made = try run("init", "store", "--size", "4m")
    #expect(made.status == .success)
    #expect(made.output == "venti init: made 'store': 1 arena, 4 MiB; index of 512 KiB\n")
    let again = try run("init", "store", "--size", "4m")
    #expect(again.status == .exited(1))
    #expect(again.errors == "venti init: 'store/arenas': create: File exists\n")

    let grown = try run("grow", "store", "--size", "4m")
    #expect(grown.status == .success)
    #expect(grown.output.hasPrefix("venti grow: made store/arenas1; now 'store': 2 arenas, 8 MiB"))

    let checked = try run("check", "store")
    #expect(checked.status == .success)
    #expect(checked.output.hasSuffix(": all is well\n"))
  }

  @Test("letters take their values joined or apart, and may be grouped")
  func letters() throws {
    try run("init", "store", "--size", "4m")
    let joined = try run("fmtarenas", "-a1m", "-b4k", "--size", "4m", "x", "joined")
    let apart = try run("fmtarenas", "-a", "1m", "-b", "4k", "--size", "4m", "x", "apart")
    #expect(joined.errors.hasPrefix("fmtarenas joined: 3 arenas, "))
    #expect(apart.errors == joined.errors.replacing("joined", with: "apart"))
    let checked = try run("checkarenas", "-avv", "joined")
    #expect(checked.status == .success)
    #expect(
      checked.errors.hasPrefix("arena partition=joined\n\tversion=3 blocksize=4096 arenas=3\n"))
  }

  @Test(
    "a usage error ends with status 1",
    arguments: [["fmtarenas"], ["checkarenas", "-q", "x"], ["printarena"], ["copy", "a", "b"]])
  func usage(arguments: [String]) throws {
    let child = try ChildProcess(program, arguments)
    #expect(try child.waitForExit() == .exited(1))
    #expect(child.errorOutput.contains("Usage: venti \(arguments[0])"))
  }

  @Test("a link that is named as a tool acts as that tool")
  func link() throws {
    let store = try StoreFixture.store.unpack(into: directory)
    let link = directory.appending("printarenapart")
    try ChildProcess.run("ln", "-s", program.string, link.string)

    let direct = try run("printarenapart", "arenas0", in: store)
    let linked = try run("arenas0", as: link, in: store)

    #expect(direct.output.hasPrefix("# arena part version=3 blocksize=8192 arenabase=794624\n"))
    #expect(linked.output == direct.output)
  }

  @Test("damage ends checks with status 1, and repair makes anew what can be")
  func damage() throws {
    let store = try StoreFixture.store.unpack(into: directory)
    let index = store.appending("isect0").string
    try ChildProcess.run(
      "dd", "if=/dev/zero", "of=\(index)", "bs=8192", "seek=120", "count=2", "conv=notrunc")

    #expect(try run("checkindex", store.string).status == .exited(1))
    let found = try run("check", store.string)
    #expect(found.status == .exited(1))
    #expect(found.output.hasSuffix(" problems\n"))
    let repaired = try run("check", "--repair", store.string)
    #expect(repaired.status == .success)
    #expect(repaired.output.hasSuffix(": all is well\n"))
    #expect(try run("checkindex", store.string).status == .success)

    let arenas = store.appending("arenas0").string
    try ChildProcess.run(
      "sh", "-c", "printf x | dd of=\(arenas) bs=1 seek=\(3_940_352 + 8192 + 600) conv=notrunc")
    #expect(try run("check", "--repair", store.string).status == .exited(1))
    #expect(try run("checkarenas", "-a", arenas).status == .exited(1))
    #expect(try run("printarena", "-o", "3940352", arenas).status == .exited(1))
  }

  @Test("archives are listed, verified and copied between stores of this machine")
  func archives() throws {
    let store = try StoreFixture.store.unpack(into: directory)
    let listed = try run("roots", store.string)
    #expect(listed.status == .success)
    let lines = listed.output.split(separator: "\n")
    #expect(lines.count == 10)
    let score = String(lines.last?.split(separator: " ").first ?? "")
    #expect(try run("roots", "--json", store.string).output.contains("{\"score\": \"\(score)\""))

    try run("init", "copy", "--size", "16m")
    #expect(try run("copy", store.string, "copy", score).status == .success)
    let verified = try run("verify-score", "-h", "copy", score)
    #expect(verified.status == .success)
    #expect(
      verified.output == "\(score): 8 blocks, 11412 bytes good, 0 blocks missing or damaged\n")
    #expect(try run("roots", "copy").output.hasPrefix(score))
    #expect(try run("verify-score", "-h", "copy", String(lines[0].prefix(44))).status == .exited(1))
  }

  @Test(
    "tools print what plan9port's print of the same files", .plan9,
    arguments: [
      ["printarena", "-o", "794624", "arenas0"], ["printarena", "-o3940352", "arenas0"],
      ["printarenapart", "arenas0"], ["checkarenas", "arenas0"],
      ["rdarena", "-q", "arenas0", "arenas02"],
      ["clumpstats", "venti.conf"],
      ["findscore", "arenas0", "d4ca3aa7276468ee81c5c7aeeecb1a004383bcab"],
    ])
  func peer(arguments: [String]) throws {
    let plan9 = try #require(TestEnvironment.plan9)
    let store = try StoreFixture.store.unpack(into: directory)
    let theirs = try ChildProcess(
      plan9.appending("bin/venti").appending(arguments[0]), Array(arguments.dropFirst()),
      directory: store)
    let ours = try ChildProcess(program, arguments, directory: store)

    #expect(try theirs.waitForExit() == .success)
    #expect(try ours.waitForExit() == .success)
    #expect(ours.output == theirs.output)
    // printarenapart ends with this line whatever it reads.
    #expect(ours.errorOutput == theirs.errorOutput.replacing("bad line: \n", with: ""))
  }

  @Test("plan9port's tools take what ours format", .plan9)
  func peerTakes() throws {
    let plan9 = try #require(TestEnvironment.plan9)
    try run("init", "store", "--size", "8m")
    let store = directory.appending("store")
    for (tool, arguments) in [
      ("fmtindex", ["venti.conf"]), ("checkarenas", ["-a", "arenas"]),
      ("syncindex", ["venti.conf"]),
    ] {
      let child = try ChildProcess(
        plan9.appending("bin/venti").appending(tool), arguments, directory: store)
      #expect(try child.waitForExit() == .success)
    }
    #expect(try run("check", "store").status == .success)
  }
}
