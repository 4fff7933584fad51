import Fuse
import Glibc
import Posix
import SystemPackage
import Testing

/// A `FuseTestServer` in a process of its own, with a mountpoint of its own.
///
/// A mount is never used by the process that serves it: it would wait for itself.
final class TestServer {
  let mountpoint: String
  private let process: SpawnedProcess
  private let commands: FileDescriptor
  private let answers: FileDescriptor
  private var hasEnded = false

  /// Starts a server and waits until its mount answers.
  init(_ words: String...) throws {
    // Talking to a server that has died fails its test, not the whole run.
    signal(SIGPIPE, SIG_IGN)
    mountpoint = try temporaryDirectory()
    (process, commands, answers) = try startServer([mountpoint] + words)
    let greeting = readLine(from: answers)
    try #require(greeting == "ready")
  }

  deinit {
    if !hasEnded { end() }
    rmdir(mountpoint)
  }

  /// Gives a command; see `FuseTestServer`.
  @discardableResult
  func ask(_ command: String) -> String {
    _ = try? commands.writeAll((command + "\n").utf8)
    return readLine(from: answers)
  }

  /// How many messages the kernel has sent since the last time.
  func messageCount() throws -> Int {
    try #require(Int(ask("count")))
  }

  /// Sends the server a signal.
  func send(signal: CInt) {
    // The server is the child of `timeout`, which passes on what can be passed on.
    process.send(signal: signal)
  }

  /// Has the server unmount, and waits until it has ended; says whether it did so with success.
  @discardableResult
  func end() -> Bool {
    try? commands.close()
    let last = readLine(from: answers)
    return waitForEnd(afterLine: last)
  }

  /// Waits until the server has ended by itself.
  @discardableResult
  func waitForEnd(afterLine line: String? = nil) -> Bool {
    let last = line ?? readLine(from: answers)
    hasEnded = true
    try? answers.close()
    let succeeded = process.wait()
    return succeeded && last == "ended"
  }

  /// Waits until the mount is not to be seen any more; false when that takes too long.
  func waitUntilHidden() throws -> Bool {
    let mounts = try FileDescriptor.open("/proc/self/mounts", .readOnly)
    defer { try? mounts.close() }
    while mountLine != nil {
      // The kernel reports a change of the table since it was opened or polled (proc(5)).
      var change = pollfd(fd: mounts.rawValue, events: Int16(POLLPRI), revents: 0)
      if poll(&change, 1, 20_000) == 0 { return mountLine == nil }
    }
    return true
  }

  /// The line of `/proc/mounts` for the mount, or nil when it is not there.
  var mountLine: String? {
    let mounts = try? String(decoding: contents(of: "/proc/self/mounts"), as: UTF8.self)
    return mounts?.split(separator: "\n").first { $0.contains(" \(mountpoint) ") }.map(String.init)
  }
}

/// What a server says that cannot mount.
func failureOfServer(_ arguments: String...) throws -> String {
  let (process, commands, answers) = try startServer(arguments)
  defer {
    try? commands.close()
    try? answers.close()
    process.wait()
  }
  return readLine(from: answers)
}

/// Runs a shell command; returns what it prints, errors included.
@discardableResult
func shell(_ command: String, in directory: String = "/") throws -> String {
  try ShellCommand(command, in: directory).output()
}

/// A shell command that runs, for a minute at most.
struct ShellCommand {
  private let process: SpawnedProcess
  private let printed: FileDescriptor

  /// Starts a command.
  init(_ command: String, in directory: String = "/") throws {
    let pipe = try Pipe()
    process = try SpawnedProcess(
      ["timeout", "60", "sh", "-c", "cd \"$0\" || exit\n\(command)", directory],
      descriptors: [(STDOUT_FILENO, pipe.writing), (STDERR_FILENO, pipe.writing)])
    printed = pipe.reading
    try pipe.writing.close()
  }

  /// Hands its first line to `body`, waits until it has ended, and returns the rest.
  func output(after body: (_ firstLine: String) throws -> Void) throws -> String {
    try body(readLine(from: printed))
    return try output()
  }

  /// Waits until it has ended; returns what it printed, errors included.
  func output() throws -> String {
    let bytes = try readAll(from: printed)
    try printed.close()
    process.wait()
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// The contents of a file.
func contents(of path: String) throws -> [UInt8] {
  let file = try FileDescriptor.open(FilePath(path), .readOnly)
  return try file.closeAfter { try readAll(from: file) }
}

private func startServer(
  _ arguments: [String]
) throws -> (SpawnedProcess, commands: FileDescriptor, answers: FileDescriptor) {
  let (input, output) = (try Pipe(), try Pipe())
  defer {
    try? input.reading.close()
    try? output.writing.close()
  }
  // However a test goes wrong, its server ends.
  let process = try SpawnedProcess(
    ["timeout", "--kill-after=1", "100", serverPath()] + arguments,
    descriptors: [(STDIN_FILENO, input.reading), (STDOUT_FILENO, output.writing)])
  return (process, input.writing, output.reading)
}

/// The server lies beside the program that runs the tests.
private func serverPath() throws -> String {
  let path = try #require(realpath("/proc/self/exe", nil))
  defer { free(path) }
  let directory = FilePath(String(cString: path)).removingLastComponent()
  return directory.appending("FuseTestServer").string
}

private func temporaryDirectory() throws -> String {
  var template = Array("/tmp/fuse-test-XXXXXX".utf8CString)
  _ = try #require(mkdtemp(&template))
  return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

private func readLine(from descriptor: FileDescriptor) -> String {
  var line: [UInt8] = []
  var byte: UInt8 = 0
  while (try? withUnsafeMutableBytes(of: &byte) { try descriptor.read(into: $0) }) == 1 {
    if byte == UInt8(ascii: "\n") { break }
    line.append(byte)
  }
  return String(decoding: line, as: UTF8.self)
}

private func readAll(from descriptor: FileDescriptor) throws -> [UInt8] {
  var bytes: [UInt8] = []
  var part = [UInt8](repeating: 0, count: 1 << 20)
  while true {
    let count = try part.withUnsafeMutableBytes { try descriptor.read(into: $0) }
    if count == 0 { return bytes }
    bytes += part[..<count]
  }
}
