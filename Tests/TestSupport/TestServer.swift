internal import Glibc
internal import Posix
public import SystemPackage
internal import Testing

/// A `FuseTestServer` in a process of its own, with a mountpoint of its own.
///
/// A mount is never used by the process that serves it: it would wait for itself.
public final class TestServer {
  /// Where its tree is.
  public let mountpoint: String
  private let process: SpawnedProcess
  private let commands: FileDescriptor
  private let answers: FileDescriptor
  private var hasEnded = false

  /// Starts a server and waits until its mount answers.
  public init(_ words: String...) throws {
    // Talking to a server that has died fails its test, not the whole run.
    signal(SIGPIPE, SIG_IGN)
    mountpoint = try temporaryDirectory()
    (process, commands, answers) = try startServer([mountpoint] + words)
    let greeting = answers.readLine()
    try #require(greeting == "ready")
  }

  deinit {
    if !hasEnded { end() }
    rmdir(mountpoint)
  }

  /// Gives a command; see `FuseTestServer`.
  @discardableResult
  public func ask(_ command: String) -> String {
    _ = try? commands.writeAll((command + "\n").utf8)
    return answers.readLine()
  }

  /// How many messages the kernel has sent since the last time.
  public func messageCount() throws -> Int {
    try #require(Int(ask("count")))
  }

  /// Sends the server a signal.
  public func send(signal: CInt) {
    // The server is the child of `timeout`, which passes on what can be passed on.
    process.send(signal: signal)
  }

  /// Has the server unmount, and waits until it has ended; says whether it did so with success.
  @discardableResult
  public func end() -> Bool {
    try? commands.close()
    let last = answers.readLine()
    return waitForEnd(afterLine: last)
  }

  /// Waits until the server has ended by itself.
  @discardableResult
  public func waitForEnd(afterLine line: String? = nil) -> Bool {
    let last = line ?? answers.readLine()
    hasEnded = true
    try? answers.close()
    let succeeded = process.wait()
    return succeeded && last == "ended"
  }

  /// Waits until the mount is not to be seen any more; false when that takes too long.
  public func waitUntilHidden() throws -> Bool {
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
  public var mountLine: String? {
    let mounts = try? String(decoding: SmallFile.read("/proc/self/mounts"), as: UTF8.self)
    return mounts?.split(separator: "\n").first { $0.contains(" \(mountpoint) ") }.map(String.init)
  }
}

/// What a server says that cannot mount.
public func failureOfServer(_ arguments: String...) throws -> String {
  let (process, commands, answers) = try startServer(arguments)
  defer {
    try? commands.close()
    try? answers.close()
    process.wait()
  }
  return answers.readLine()
}

private func startServer(
  _ arguments: [String]
) throws -> (SpawnedProcess, commands: FileDescriptor, answers: FileDescriptor) {
  let (input, output) = (try Posix.Pipe(), try Posix.Pipe())
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

extension FileDescriptor {
  /// The next line, as far as there is one.
  public func readLine() -> String {
    var line: [UInt8] = []
    var byte: UInt8 = 0
    while (try? withUnsafeMutableBytes(of: &byte) { try read(into: $0) }) == 1 {
      if byte == UInt8(ascii: "\n") { break }
      line.append(byte)
    }
    return String(decoding: line, as: UTF8.self)
  }
}
