import SystemPackage
import TestSupport
import Testing

/// Archives that go back and forth between `vac` and plan9port's.
@Suite(.timeLimit(.minutes(5)))
struct Plan9Tests {
  private let work: Workplace

  init() throws {
    work = try Workplace()
    try work.shell(
      """
      mkdir -p t/d t/empty; head -c 300000 /bin/sh >t/large; echo 1 >t/d/a; echo 2 >t/d/ab
      echo 3 >t/d/abc; : >t/nothing; setfattr -n user.x -v y t/d/a 2>/dev/null || true
      ln t/d/a t/d/linked
      """)
  }

  private func plan9(_ command: String, at server: String, in directory: String = ".") throws
    -> String
  {
    let root = try #require(TestEnvironment.plan9)
    return try work.shell(
      "export PLAN9=\(root) venti='\(server)'; cd \(directory); \(root)/bin/\(command)")
  }

  @Test(
    "plan9port's unvac restores our archives", .plan9,
    arguments: [[], ["--classic"], ["-b", "512"], ["-b", "56k"]])
  func theirsReadsOurs(options: [String]) throws {
    let made = try work.start(options + ["-f", "o.vac", "t"])
    #expect(try made.waitForExit() == .success)

    try work.shell("mkdir out")
    try work.serving { server in _ = try plan9("unvac ../o.vac", at: server, in: "out") }

    try work.shell("diff -r t out/t")
  }

  @Test("days of both make one archive, which both read", .plan9)
  func days() throws {
    try work.vac("-a", "days.vac", "t").expectSuccess()
    try work.serving { server in
      _ = try plan9("vac -a days.vac t", at: server)
    }
    try work.shell("echo changed >t/d/a")
    try work.vac("-q", "-a", "days.vac", "t").expectSuccess()

    let list = try work.run("unvac", "-t", "days.vac").output.split(separator: "\n")
    #expect(list.count { $0.hasSuffix("/t/d/a") } == 3)
    let today = try work.shell("date +%Y/%m%d").split(separator: "\n")[0]
    try work.run("unvac", "-C", "out", "days.vac", "\(today).2").expectSuccess()
    try work.shell("diff -r t out/\(today).2/t")
    try work.serving { server in
      let list = try plan9("unvac -t days.vac", at: server)
      #expect(list.contains("\(today).2/t/d/a\n"))
    }
  }

  @Test("unvac lists and concatenates in plan9port's order", .plan9)
  func order() throws {
    try work.vac("-f", "o.vac", "t/d").expectSuccess()
    try work.serving { server in
      for action in ["-t", "-c"] {
        let ours = try work.run("unvac", action, "o.vac").output
        #expect(try plan9("unvac \(action) o.vac", at: server) == ours)
      }
    }
  }

  @Test("-d and -q take what is the same from an archive of plan9port's", .plan9)
  func compared() throws {
    try work.serving { server in _ = try plan9("vac -f p.vac t", at: server) }

    let outcome = try work.vac("-qs", "-d", "p.vac", "-f", "o.vac", "t")

    #expect(outcome.errors.hasPrefix("0 files, "))
    try work.run("unvac", "--verify", "o.vac", "t").expectSuccess()
  }

  @Test("plan9port's -d takes what is the same from ours", .plan9)
  func theirsCompares() throws {
    try work.vac("-f", "o.vac", "t").expectSuccess()
    try work.serving { server in _ = try plan9("vac -q -d o.vac -f p.vac t", at: server) }

    try work.run("unvac", "-C", "out", "p.vac").expectSuccess()
    try work.shell("diff -r t out/t")
  }
}
