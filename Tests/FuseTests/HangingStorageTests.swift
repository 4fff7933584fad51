import Fuse
import FuseTestTree
import Glibc
import TestSupport
import Testing

@Suite(.mounts, .timeLimit(.minutes(2)))
struct HangingStorageTests {
  /// Reads all hanging files at once, and prints what they give.
  private static let readers =
    "for i in $(seq 0 63); do cat hanging/$i & done; wait"

  @Test(
    "while 64 readers hang, the rest answers at once; later each reader gets its data",
    arguments: [512, 8])
  func othersGoOn(waitingLimit: Int) throws {
    let server = try TestServer("directories=2", "files=5", "waiting=\(waitingLimit)")
    let readers = try ShellCommand(Self.readers, in: server.mountpoint)
    #expect(server.ask("hanging \(min(waitingLimit, 64))") == "they hang")

    let others = try shell(
      "timeout 10 sh -c 'ls -l; stat many/d1; df .; cat hello many/*/* crumbs | wc -c' | tail -1",
      in: server.mountpoint)

    #expect(Int(others.dropLast()) ?? 0 > 1_000_001)
    #expect(server.ask("hanging \(min(waitingLimit, 64))") == "they hang")
    #expect(server.ask("release") == "released")
    let lines = try readers.output().split(separator: "\n").map(String.init)
    #expect(Set(lines) == Set((0..<64).map { "late \($0)" }))
    #expect(lines.count == 64)
  }

  @Test("while a look-up hangs, others look up names in its directory, list it, and can be killed")
  func lookUpsGoOn() throws {
    let server = try TestServer("directories=1", "files=1", "late-names")
    let late = try ShellCommand("stat -c %n weary/late", in: server.mountpoint)
    #expect(server.ask("hanging 1") == "they hang")

    #expect(try shell("timeout -s KILL 10 cat weary/prompt", in: server.mountpoint) == "prompt\n")
    #expect(
      try shell("timeout -s KILL 10 ls weary", in: server.mountpoint) == "late\nlater\nprompt\n")
    let second = try ShellCommand(
      "cat weary/later & echo $!; wait $!; echo $?", in: server.mountpoint)
    #expect(server.ask("hanging 2") == "they hang")
    let output = try second.output { process in try shell("kill -KILL \(process)") }

    #expect(output.hasSuffix("137\n"))
    server.ask("release")
    #expect(try late.output() == "weary/late\n")
  }

  @Test("a reader that storage keeps waiting gets an error at its deadline, and data later")
  func deadline() throws {
    let server = try TestServer("directories=1", "files=1", "patience=1")

    let early = try shell("cat hanging/5", in: server.mountpoint)
    server.ask("release")
    let late = try shell("cat hanging/5", in: server.mountpoint)

    #expect(early.hasPrefix("cat: hanging/5: "))
    #expect(late == "late 5\n")
  }

  @Test("a reader waits once, though the kernel asks twice; the next reader waits for himself")
  func waitsOnce() throws {
    let server = try TestServer("directories=1", "files=1", "patience=1")

    _ = try shell("cat hanging/5", in: server.mountpoint)
    #expect(server.ask("hung") == "1")
    _ = try shell("cat hanging/5", in: server.mountpoint)
    #expect(server.ask("hung") == "2")
  }
}
