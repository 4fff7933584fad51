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
    #expect(
      again.errors == "venti init: 'store': holds a store already; 'venti grow' adds room to it\n")

    let grown = try run("grow", "store", "--size", "4m")
    #expect(grown.status == .success)
    #expect(
      grown.output.hasPrefix("venti grow: made 'store/arenas1'; now 'store': 2 arenas, 8 MiB"))

    let checked = try run("check", "store")
    #expect(checked.status == .success)
    #expect(checked.output.hasSuffix(": all is well\n"))
  }

  @Test(
    "of a store that is not there every command says how one is made",
    arguments: [
      ["roots", "none"], ["check", "none"], ["serve", "none"], ["grow", "none", "--size", "4m"],
      ["copy", "none", "store", score], ["copy", "store", "none", score],
      ["verify-score", "-h", "none", score], ["dump", "-h", "none", score],
      ["buildindex", "none"], ["checkindex", "none"], ["syncindex", "none"],
    ])
  func noStore(arguments: [String]) throws {
    try run("init", "store", "--size", "4m")
    let place = directory.appending("none").string
    let child = try ChildProcess(
      program, arguments.map { $0 == "none" ? place : $0 }, directory: directory)
    #expect(try child.waitForExit() == .exited(1))
    #expect(
      child.errorOutput.hasSuffix(
        "'\(place)': no such file or directory; 'venti init' makes a store\n"))
  }

  private static let score = "vac:" + String(repeating: "ab", count: 20)

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

  @Test("a group of letters may end in one that has the rest of the word for its value")
  func groups() throws {
    let made = try run("fmtarenas", "-4Za1m", "--size", "4m", "x", "grouped")
    #expect(made.status == .success)
    #expect(
      made.errors.hasSuffix(
        "fmtarenas grouped: 3 arenas, 3,399,680 bytes storage, "
          + "524,288 bytes for index map\n"))
    let unknown = try run("fmtarenas", "-4qa1m", "x", "grouped")
    #expect(unknown.status == .exited(1))
    let afterEnd = try run("checkarenas", "--", "-av")
    #expect(afterEnd.errors.hasPrefix("venti checkarenas: '-av': open: "))
  }

  @Test("blocks are written to a store of this machine, and roots made there")
  func local() throws {
    try run("init", "store", "--size", "4m")
    let child = try ChildProcess(
      "sh", ["-c", "echo hello | \(program) write -h store"], directory: directory)
    #expect(try child.waitForExit() == .success)
    let score = "f572d396fae9206628714fb2ce00f72e94f2258f"
    #expect(child.output == "\(score)\n")
    #expect(try run("read", "-hstore", "-t0", score).output == "hello\n")
    #expect(try run("sync", "-h", "store").status == .success)

    let none = String(repeating: "0", count: 40)
    let made = try run("mkroot", "-h", "store", "a name", "vac", score, "8k", none)
    #expect(made.status == .success)
    let root = made.output.replacing("\n", with: "")
    #expect(
      try run("root", "-h", "store", "vac:\(root)").output
        == "\(root): 'a name' vac \(score) 8192 \(none)\n")
    #expect(try run("roots", "-h", "store").output.hasPrefix("vac:\(root) "))
  }

  @Test("a store that is open for writing is left alone by all that would write to it")
  func inUse() throws {
    try run("init", "store", "--size", "4m")
    let server = try StoreServer(directory.appending("store"), options: [])
    let store = "store"
    let arenas = "store/arenas"
    for arguments in [
      ["serve", store], ["check", "--repair", store], ["grow", "--size", "4m", store],
      ["buildindex", store], ["syncindex", store], ["fmtindex", store],
      ["checkindex", "-f", store],
      ["checkarenas", "-f", arenas], ["fmtarenas", "--force", "x", arenas],
      ["fmtisect", "--force", "x", "store/index"], ["fmtbloom", "--force", arenas],
      ["mirrorarenas", arenas, arenas], ["conf", "-w", arenas, "store/venti.conf"],
    ] {
      let child = try ChildProcess(program, arguments, directory: directory)
      #expect(try child.waitForExit() == .exited(1), "\(arguments)")
      #expect(child.errorOutput.contains(" is in use by process "), "\(arguments)")
    }
    #expect(try run("check", store).status == .success)
    try server.stop()
  }

  @Test("output that is lost is an error, not a short list")
  func fullDisk() throws {
    let store = try StoreFixture.store.unpack(into: directory)
    let child = try ChildProcess(
      "sh", ["-c", "\(program) printarena arenas0 >/dev/full"], directory: store)
    #expect(try child.waitForExit() == .exited(1))
    #expect(
      child.errorOutput.hasSuffix(
        "venti printarena: standard output: No space left on device\n"))
  }

  @Test("printarena without an offset lists all arenas of a partition")
  func allArenas() throws {
    let store = try StoreFixture.store.unpack(into: directory)
    let all = try run("printarena", "arenas0", in: store)
    #expect(all.status == .success)
    #expect(all.output.split(separator: "\n").count == 6441 + 2 * 5)
  }

  @Test("fixarenas changes nothing, and says what to do instead")
  func fixArenas() throws {
    let child = try run("fixarenas", "-f", "x")
    #expect(child.status == .exited(1))
    for command in ["venti check ", "venti checkarenas -af ", "venti wrarena -o "] {
      #expect(child.errors.contains(command))
    }
  }

  @Test(
    "what a newcomer gets wrong is answered by what to do",
    arguments: [
      (["init", "s", "--size", "100"], "--size 100: at least 1m is needed"),
      (
        ["roots", "empty"],
        "'empty': directory holds no store: it has no venti.conf; 'venti init' makes one"
      ),
      (["chek", "s"], "there is no command 'chek'"),
      (["check"], "venti check: no store: name one with -h, or in $venti"),
      (["roots", "-h", "a", "b"], "Name one store, as an argument or with -h."),
      (["fmtarenas", "x", "blank/arenas"], "'blank/arenas': holds arenas; --force destroys that"),
    ])
  func newcomer(arguments: [String], message: String) throws {
    try ChildProcess.run("mkdir", directory.appending("empty").string)
    try run("init", "blank", "--size", "2m")
    let child = try ChildProcess(
      "env", ["-u", "venti", "XDG_DATA_HOME=\(directory)", program.string] + arguments,
      directory: directory)
    #expect(try child.waitForExit() == .exited(1))
    #expect(child.errorOutput.contains(message))
  }

  @Test(
    "a store on the partitions of one disk, which holds its configuration, and is not formatted whole"
  )
  func dividedDisk() throws {
    let script = """
      truncate -s 6m disk
      printf 'part arenas 2 8000\npart isect 8000 12000\n' | dd of=disk bs=512 seek=1 conv=notrunc
      printf 'index main\narenas %s:arenas\nisect %s:isect\n' $PWD/disk $PWD/disk >conf
      v=\(program)
      $v fmtarenas -a 1m a disk:arenas; $v fmtisect i disk:isect; $v fmtindex conf
      $v conf -w disk:arenas <conf
      echo block | $v write -h $PWD/disk:arenas >score
      $v read -h $PWD/disk:arenas -t 0 $(cat score) | grep -qx block
      $v check $PWD/disk:arenas; $v clumpstats disk:isect && exit 1
      sha1sum disk >sum; ! $v fmtarenas b disk; ! $v fmtbloom -s 1m disk; sha1sum -c sum
      """
    let child = try ChildProcess("bash", ["-euc", script], directory: directory)
    #expect(try child.waitForExit() == .success, "\(child.errorOutput)")
    #expect(
      child.errorOutput.contains(
        "venti fmtarenas: partition 'disk': holds a table of partitions; --force destroys that\n"))
    #expect(
      child.errorOutput.contains("'disk:isect': partition has no 'venti config' at byte 253952"))
  }

  @Test("a name that is not UTF-8 is not taken for another")
  func encoding() throws {
    let script = "$0 init $'a\\xffb' --size 1m; status=$?; test -z \"$(ls)\" && exit $status"
    let child = try ChildProcess("bash", ["-c", script, program.string], directory: directory)
    #expect(try child.waitForExit() == .exited(1))
    #expect(child.errorOutput.hasPrefix("Error: argument 'a\u{fffd}b' is not UTF-8\n"))
  }

  @Test("help is where people look for it, and -h is the store where a command has one")
  func help() throws {
    for arguments in [["-h"], ["--help"], ["help"], []] {
      let child = try ChildProcess(program, arguments)
      #expect(try child.waitForExit() == .success)
      #expect(child.output.hasPrefix("OVERVIEW: "))
    }
    #expect(try run("roots", "-h", "/nonexistent").errors.contains("no such file or directory"))
  }

  @Test("completion scripts name every command", arguments: ["bash", "zsh", "fish"])
  func completion(shell: String) throws {
    let script = try run("--generate-completion-script", shell)
    #expect(script.status == .success)
    for command in ["init", "serve", "roots", "mirrorarenas"] {
      #expect(script.output.contains(command))
    }
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

  @Test("an archive is named by its score or by the file that vac wrote")
  func archiveInFile() throws {
    let store = try StoreFixture.store.unpack(into: directory)
    let line = try run("roots", store.string).output.split(separator: " ")[0]
    try ChildProcess.run("sh", "-c", "echo \(line) >days.vac", directory: directory)
    try run("init", "copy", "--size", "16m")

    for command in ["verify-score", "dump", "root"] {
      let byFile = try run(command, "-h", "store", "days.vac")
      #expect(byFile.status == .success)
      #expect(byFile.output == (try run(command, "-h", "store", String(line)).output))
    }
    #expect(try run("copy", "store", "copy", "days.vac").status == .success)
    let wrong = try run("verify-score", "-h", "store", "nights.vac")
    #expect(wrong.errors == "venti verify-score: archive 'nights.vac': No such file or directory\n")
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
