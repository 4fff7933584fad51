import TestSupport
import Testing

/// What signals do to those whom storage keeps waiting.
@Suite(.mounts, .timeLimit(.minutes(2)))
struct InterruptionTests {
  /// A program that signals end, though the shell has it ignore some in the background.
  private static let readlink = "env --default-signal readlink late-link"
  /// A program that handles SIGUSR1 and prints where the link leads, or why it cannot be read.
  private static let reader = """
    perl -e '$SIG{USR1} = sub {}; print readlink("late-link") // $!, "\\n"'
    """

  @Test(
    "a reader that a signal ends goes away while storage hangs",
    arguments: ["KILL", "INT", "TERM", "QUIT"])
  func dying(signal: String) throws {
    let server = try TestServer("directories=1", "files=1", "late-link")
    // Reads of contents can be killed by the kernel alone; for a link it waits for our answer.
    let reader = try ShellCommand(
      "ulimit -c 0; \(Self.readlink) & echo $!; wait $!; echo $?", in: server.mountpoint)
    #expect(server.ask("hanging 1") == "they hang")

    let output = try reader.output { process in try shell("kill -\(signal) \(process)") }

    // Nobody has released it.
    #expect(server.ask("hanging 1") == "they hang")
    let status = try #require(output.split(separator: "\n").last.flatMap { Int($0) })
    #expect(status > 128)
    server.ask("release")
    #expect(try shell("readlink late-link", in: server.mountpoint) == "hello\n")
  }

  @Test("a reader that handles a signal goes on waiting, and is not told of it")
  func handled() throws {
    let server = try TestServer("directories=1", "files=1", "late-link")
    let reader = try ShellCommand(
      "\(Self.reader) & echo $!; wait $!; wait $!", in: server.mountpoint)
    #expect(server.ask("hanging 1") == "they hang")

    let output = try reader.output { process in
      try shell("kill -USR1 \(process)")
      #expect(server.ask("hanging 1") == "they hang")
      server.ask("release")
    }

    #expect(output == "hello\n")
  }

  @Test("a reader that has handled a signal goes away with the next that ends it")
  func handledThenDying() throws {
    let server = try TestServer("directories=1", "files=1", "late-link")
    let reader = try ShellCommand(
      "\(Self.reader) & echo $!; wait $!; echo $?", in: server.mountpoint)
    #expect(server.ask("hanging 1") == "they hang")

    let output = try reader.output { process in
      try shell("kill -USR1 \(process); kill -KILL \(process)")
    }

    #expect(output.hasSuffix("137\n"))
    #expect(server.ask("hanging 1") == "they hang")
  }

  @Test("readers that die while they are parked do not come in the way of others")
  func parked() throws {
    let server = try TestServer("directories=1", "files=1", "late-link", "waiting=1")
    let first = try ShellCommand("cat hanging/1", in: server.mountpoint)
    #expect(server.ask("hanging 1") == "they hang")
    let second = try ShellCommand(
      "\(Self.readlink) & echo $!; wait $!; echo $?", in: server.mountpoint)

    let output = try second.output { process in try shell("kill -KILL \(process)") }

    #expect(output.hasSuffix("137\n"))
    server.ask("release")
    #expect(try first.output() == "late 1\n")
  }
}
