import Glibc
import SystemPackage
import TestSupport
import Testing

/// The program, as people run it.
@Suite(.timeLimit(.minutes(5)))
struct VacTests {
  private let work: Workplace

  init() throws {
    work = try Workplace()
  }

  @Test("what is restored, and what is mounted, is what was archived")
  func roundTrip() throws {
    let zoo = try Zoo(at: work.path("zoo"), seed: 1)
    try work.vac("-f", "zoo.vac", "zoo").expectSuccess()

    try work.run("unvac", "-C", "out", "zoo.vac").expectSuccess()
    try work.run("unvac", "--verify", "zoo.vac", "zoo").expectSuccess()

    let expected = try Zoo.description(of: zoo.path)
    #expect(try Zoo.description(of: work.path("out/zoo")) == expected)
  }

  @Test("a mount shows what was archived", .mounts)
  func mounted() throws {
    let zoo = try Zoo(at: work.path("zoo"), seed: 2)
    try work.vac("-f", "zoo.vac", "zoo").expectSuccess()

    let expected = try Manifest(of: zoo.path)
    try withMount(of: work.path("zoo.vac").string, from: work.store) { mount in
      let found = try Manifest(of: mount.path.appending("zoo"))
      #expect(expected.differences(in: found) == [])
    }
  }

  @Test("what a local store had is not counted as written, without a previous archive too")
  func statistics() throws {
    try work.shell("mkdir t; seq 100000 >t/f")
    let first = try work.vac("-s", "-f", "a.vac", "t")
    #expect(first.errors.contains(/[1-9][0-9]* data bytes written, 0 data bytes skipped/))

    let second = try work.vac("-s", "-f", "b.vac", "t")
    #expect(second.errors.contains(/\b0 data bytes written, 588895 data bytes skipped/))
  }

  @Test("where nothing can be read there is no archive, and the old score stays")
  func nothing() throws {
    try work.shell("echo 1 >f; echo old >f.vac; mkdir empty")

    let mistyped = try work.vac("-f", "f.vac", "mistyped", "another")

    #expect(mistyped.status == .exited(1))
    #expect(
      mistyped.errors.hasSuffix(
        "vac: nothing of what is named could be read: no archive is made\n"))
    #expect(try work.text("f.vac") == "old\n")
    #expect(try work.vac("mistyped", "f").output.hasPrefix("vac:"))
    try work.vac("empty/.").expectSuccess()
  }

  @Test("the score goes to standard output, or with -f into a file of one line")
  func score() throws {
    try work.shell("echo 1 >f")
    let printed = try work.vac("f")
    try work.vac("-f", "f.vac", "f").expectSuccess()

    #expect(printed.output.wholeMatch(of: /vac:[0-9a-f]{40}\n/) != nil)
    #expect(printed.errors == "")
    #expect(try work.text("f.vac") == printed.output)
  }

  @Test("a link in the place of the file stays, and leads to the new score")
  func linkedScoreFile() throws {
    try work.shell("echo 1 >f; mkdir d; echo old >d/real; ln -s d/real f.vac")
    try work.vac("-f", "f.vac", "f").expectSuccess()

    #expect(try work.text("d/real").hasPrefix("vac:"))
    #expect(try work.shell("readlink f.vac; ls d") == "d/real\nreal\n")
  }

  @Test("what cannot be read is told, the rest is archived, and the status is 1")
  func unreadable() throws {
    try work.shell("mkdir t; echo 1 >t/a; echo 2 >t/b; chmod 000 t/a; chmod 777 .")
    let outcome = try work.vacAsNobody("-h", work.makeStore(), "t", "missing")

    #expect(outcome.status == .exited(1))
    #expect(outcome.output.hasPrefix("vac:"))
    #expect(outcome.errors.contains("vac: 't/a': open: "))
    #expect(outcome.errors.contains("vac: 'missing': stat: "))
    #expect(
      outcome.errors.hasSuffix(
        "vac: 2 problems: not everything is in the archive as it is on disk\n"))
  }

  @Test("a failed backup leaves the file with the old score as it is")
  func failed() throws {
    try work.shell("echo old >f.vac; echo 1 >f")
    let outcome = try work.run(
      "vac", "-f", "f.vac", "f", environment: ["venti": work.path("nowhere/venti.conf").string])

    #expect(outcome.status == .exited(1))
    #expect(try work.text("f.vac") == "old\n")
  }

  @Test("an interrupted backup says so, and leaves the file with the old score", arguments: 1...3)
  func interrupted(seed: UInt64) throws {
    try work.shell(
      "echo old >f.vac; mkdir t; for i in {1..300}; do head -c 50000 /dev/urandom >t/$i; done")
    let child = try work.start(["-v", "-f", "f.vac", "t"])
    try child.waitForOutput("t/\(seed * 50)\n")
    child.signal(SIGTERM)

    // It may have been done before the signal came.
    if try child.waitForExit() != .success {
      #expect(child.errorOutput.hasSuffix("vac: interrupted\n"))
      #expect(try work.text("f.vac") == "old\n")
    }
    try work.run("venti", "check", work.store).expectSuccess()
  }

  @Test(
    "a backup that is killed leaves a good store, and the file with the old score",
    arguments: 1...5)
  func killed(seed: UInt64) throws {
    try work.shell(
      "echo old >f.vac; mkdir t; for i in {1..300}; do head -c 50000 /dev/urandom >t/$i; done")
    let child = try work.start(["-v", "-f", "f.vac", "t"])
    try child.waitForOutput("t/\(seed * 50)\n")
    child.signal(SIGKILL)
    _ = try child.waitForExit()

    // It may have been done before the signal came.
    let text = try work.text("f.vac")
    #expect(text == "old\n" || text.hasPrefix("vac:"))
    try work.vac("-f", "g.vac", "t").expectSuccess()
    try work.run("unvac", "--verify", "g.vac", "t").expectSuccess()
    try work.run("venti", "check", work.store).expectSuccess()
  }

  @Test("a server that dies and comes back in the middle costs nothing")
  func serverKilled() throws {
    try work.shell(
      "mkdir t; for i in {1..300}; do head -c 50000 /dev/urandom >t/$i; done")
    let (first, address) = try work.serve(at: StoreServer.returningAddress)
    let child = try ChildProcess(
      Fixture.program("vac"), ["-v", "-h", address, "-f", "f.vac", "t"],
      directory: work.path("t").removingLastComponent())
    try child.waitForOutput("t/150\n")
    first.signal(SIGKILL)
    _ = try first.waitForExit()

    let (second, _) = try work.serve(at: address)
    #expect(try child.waitForExit() == .success)
    #expect(try second.terminate() == .success)

    try work.run("unvac", "--verify", "f.vac", "t").expectSuccess()
    try work.run("venti", "check", work.store).expectSuccess()
  }

  @Test("a server that is started after vac is waited for")
  func serverStarted() throws {
    try work.shell("mkdir t; echo 1 >t/f")
    let (first, address) = try work.serve(at: StoreServer.returningAddress)
    #expect(try first.terminate() == .success)
    let child = try ChildProcess(
      Fixture.program("vac"), ["-h", address, "-f", "f.vac", "t"],
      directory: work.path("t").removingLastComponent())
    try child.waitForOutput("trying again\n")

    let (second, _) = try work.serve(at: address)
    #expect(try child.waitForExit() == .success)
    #expect(try second.terminate() == .success)

    try work.run("unvac", "--verify", "f.vac", "t").expectSuccess()
  }

  @Test("a server that is away for longer than --timeout fails the backup")
  func serverAway() throws {
    try work.shell("echo 1 >f")
    let (server, address) = try work.serve(at: StoreServer.returningAddress)
    #expect(try server.terminate() == .success)

    let outcome = try work.run("vac", "--timeout", "0.3", "-h", address, "f")

    #expect(outcome.status == .exited(1))
    #expect(outcome.errors.hasSuffix("connection refused\n"))
  }

  @Test("without a store, vac makes one of the user's own, and all programs find it")
  func ownStore() throws {
    try work.shell("echo 1 >f")
    let environment = ["XDG_DATA_HOME": work.path("data").string]
    let none = try work.run(
      "unvac", "-t", "vac:" + String(repeating: "1", count: 40), environment: environment)
    #expect(none.status == .exited(1))
    #expect(none.errors.contains("'vac' makes one of your own"))

    let first = try work.run("vac", "-f", "f.vac", "f", environment: environment)
    #expect(first.status == .success)
    #expect(
      first.errors
        == "vac: made a store of your own in \(work.path("data/venti")); 'venti grow' adds room to it\n"
    )
    let second = try work.run("vac", "-f", "f.vac", "f", environment: environment)
    #expect(second.errors == "")
    let list = try work.run("unvac", "-t", "f.vac", environment: environment)
    #expect(list.output == "f\n")
  }

  @Test("a store that is among the files is left out, and so the archive is the same each time")
  func storeAmongFiles() throws {
    try work.shell("mkdir tree; echo 1 >tree/f; mv store tree; ln tree/store/arenas tree/other")
    let store = ["venti": work.path("tree/store").string]
    // Its lock is made by the first.
    try work.run("vac", "tree", environment: store).expectSuccess()

    let first = try work.run("vac", "tree", environment: store)
    let second = try work.run("vac", "-v", "tree", environment: store)

    #expect(first.status == .success)
    #expect(first.errors == "")
    #expect(second.output == first.output)
    #expect(
      second.errors.split(separator: "\n").filter { $0.hasPrefix("vac: ") } == [
        "vac: excluding tree/other, a file of the store",
        "vac: excluding tree/store/arenas, a file of the store",
        "vac: excluding tree/store/index, a file of the store",
        "vac: excluding tree/store/venti.conf.lock, a file of the store",
      ])
    let score = try #require(first.output.split(separator: "\n").first)
    let list = try work.run("unvac", "-t", String(score), environment: store)
    #expect(list.output.split(separator: "\n").contains("tree/store/venti.conf"))
    #expect(!list.output.contains("arenas"))
  }
}
