import Posix
import SystemPackage
import TestSupport
import Testing

struct ChildProcessTests {
  @Test("what a child prints is collected, each stream by itself")
  func collects() throws {
    let child = try ChildProcess("sh", ["-c", "echo out; echo err >&2; exit 3"])

    #expect(try child.waitForExit() == .exited(3))

    #expect(child.output == "out\n")
    #expect(child.errorOutput == "err\n")
  }

  @Test("a child that fails is an error that quotes it")
  func fails() throws {
    let error = #expect(throws: ChildProcessError.self) {
      try ChildProcess.run("sh", "-c", "echo no such store >&2; exit 1")
    }
    #expect(error?.description.contains("no such store") == true)
  }

  @Test("output beyond the limit is dropped, and the child goes on", .timeLimit(.minutes(1)))
  func floods() throws {
    let output = try ChildProcess.run("head", "-c", "8M", "/dev/zero")
    #expect(output.utf8.count == 4 << 20)
  }

  @Test("a wait for a child that stays ends at its limit")
  func stays() throws {
    let child = try ChildProcess("sleep", ["60"])

    #expect(throws: ChildProcessError.self) { try child.waitForExit(within: 0.05) }
    #expect(try child.terminate() == .signalled(15))
  }

  @Test("a child is ready when it says so")
  func readiness() throws {
    let child = try ChildProcess("sh", ["-c", "echo ready; exec sleep 60"])

    try child.waitForOutput("ready")

    #expect(child.isRunning)
  }

  @Test("a child that ends without the word is not waited for", .timeLimit(.minutes(1)))
  func endsUnready() throws {
    let child = try ChildProcess("true")
    #expect(throws: ChildProcessError.self) { try child.waitForOutput("ready") }
  }

  @Test("nothing of a child's process group outlives it", .timeLimit(.minutes(1)))
  func isKilled() throws {
    let directory = try TemporaryDirectory()
    let pipe = directory.path.appending("pipe")
    try ChildProcess.run("mkfifo", pipe.string)
    var child: TestSupport.ChildProcess? = try ChildProcess(
      "sh", ["-c", "(echo open; exec sleep 60) >\(pipe.string) & wait"])
    // Ends when the last process that has the pipe open for writing is gone.
    let reader = try ChildProcess("cat", [pipe.string])
    try reader.waitForOutput("open")
    #expect(child?.isRunning == true)

    child = nil

    #expect(try reader.waitForExit() == .success)
    withExtendedLifetime(directory) {}
  }

  @Test("a child has the directory and the variables that it is given")
  func surroundings() throws {
    let directory = try TemporaryDirectory()

    let output = try ChildProcess.run(
      "sh", "-c", "pwd; echo $GREETING", environment: ["GREETING": "hello"],
      directory: directory.path)

    #expect(output == "\(directory.path)\nhello\n")
  }

  @Test("a program that does not exist is an error")
  func absent() {
    #expect(throws: Errno.noSuchFileOrDirectory) { try ChildProcess("no-such-program") }
  }
}
