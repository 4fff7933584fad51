internal import Glibc
public import SystemPackage

/// The built `venti serve`, or another server, in a process of its own.
public final class StoreServer: Sendable {
  /// Where it listens, as `-h` takes it.
  public let address: String

  private let process: ChildProcess

  /// Serves the store of a configuration, or of the directory that holds a `venti.conf`.
  ///
  /// - Parameter address: where to listen; port 0 is any free one.
  public init(_ store: FilePath, at address: String = "tcp!127.0.0.1!0") throws {
    process = try ChildProcess(
      Fixture.program("venti"),
      ["serve", "-r", "-c", store.string, "-a", address, "--http", "tcp!127.0.0.1!0"])
    try process.waitForOutput("serving at ")
    let words = process.output.split { $0 == " " || $0 == "\n" }
    guard let found = words.last(where: { $0.hasPrefix("tcp!127.0.0.1!") }) else {
      throw ArchiveMountError("venti serve: names no address")
    }
    self.address = String(found)
  }

  /// Stops it where it stands: connections stay, and nothing is answered.
  public func freeze() { process.signal(SIGSTOP) }

  /// Lets it go on.
  public func thaw() { process.signal(SIGCONT) }

  /// Kills it, and waits until it is gone.
  public func kill() throws {
    process.signal(SIGKILL)
    _ = try process.waitForExit()
  }
}
