internal import Glibc
internal import Posix
public import SystemPackage

/// The built `venti serve`, or another server, in a process of its own.
public final class StoreServer: Sendable {
  /// Where a server listens that is to come back to its port.
  ///
  /// Clients have the address 127.0.0.1: while the server is away none of them can get the
  /// port for its own end, or find itself at the other.
  public static let returningAddress = "tcp!127.0.0.2!0"

  /// Where it listens, as `-h` takes it.
  public let address: String
  /// The port of its web pages.
  public let pagePort: UInt16

  private let process: ChildProcess

  /// Serves the store of a configuration, or of the directory that holds a `venti.conf`.
  ///
  /// - Parameters:
  ///   - address: where to listen; port 0 is any free one.
  ///   - options: more options of `venti serve`.
  public init(
    _ store: FilePath, at address: String = "tcp!127.0.0.1!0", options: [String] = ["-r"]
  ) throws {
    process = try ChildProcess(
      Fixture.program("venti"),
      ["serve", "-c", store.string, "-a", address, "--http", "tcp!127.0.0.1!0"] + options)
    try process.waitForOutput("serving at ")
    try process.waitForOutput("web pages at ")
    let words = process.output.split { $0 == " " || $0 == "\n" }
    guard let found = words.last(where: { $0.hasPrefix("tcp!127.0.0.") }) else {
      throw ArchiveMountError("venti serve: names no address")
    }
    self.address = String(found)
    let line = process.errorOutput.split(separator: "\n").first { $0.contains("web pages at ") }
    pagePort = line?.split(separator: "!").last.flatMap { UInt16($0) } ?? 0
  }

  /// Stops it where it stands: connections stay, and nothing is answered.
  public func freeze() throws {
    process.signal(SIGSTOP)
    // Its threads stop one after the other, and until then may still answer.
    let deadline = Deadline.after(seconds: ChildProcess.defaultLimit)
    while !Processes.isStopped(process.processIdentifier) {
      if deadline.hasPassed { throw ArchiveMountError("venti serve: does not stop") }
    }
  }

  /// Lets it go on.
  public func thaw() { process.signal(SIGCONT) }

  /// Asks it to end, and waits until its store is in order.
  public func stop() throws { try process.terminate() }

  /// Kills it, and waits until it is gone.
  public func kill() throws {
    process.signal(SIGKILL)
    _ = try process.waitForExit()
  }
}
