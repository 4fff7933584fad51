public import SystemPackage

/// The plan9port that `$PLAN9` names, for tests with the trait `.plan9`.
public struct Plan9port: Sendable {
  private let root: FilePath

  /// - Throws: when `$PLAN9` is not set.
  public init() throws {
    guard let root = TestEnvironment.plan9 else { throw ArchiveMountError("PLAN9 is not set") }
    self.root = root
  }

  /// One of its programs: `vac`, `venti/read`.
  public func program(_ name: String) -> FilePath { root.appending("bin").appending(name) }

  /// Starts one of its programs.
  public func start(
    _ name: String, _ arguments: [String], directory: FilePath? = nil
  ) throws -> ChildProcess {
    try ChildProcess(
      program(name), arguments, environment: ["PLAN9": root.string, "TZ": "UTC"],
      directory: directory)
  }

  /// Runs one of its programs to its end, which must be a good one.
  @discardableResult
  public func run(
    _ name: String, _ arguments: String..., directory: FilePath? = nil
  ) throws -> String {
    let child = try start(name, arguments, directory: directory)
    guard try child.waitForExit() == .success else {
      throw ArchiveMountError("\(name) \(arguments): \(child.errorOutput)")
    }
    return child.output
  }

  /// Its server on a store, until the last reference goes.
  public final class Server: Sendable {
    /// Where it takes blocks, as `-h` has it.
    public let address: String
    /// The port of its web pages.
    public let pagePort: UInt16

    private let process: ChildProcess

    /// Serves the store in a directory with a `venti.conf`.
    public init(_ plan9port: Plan9port, _ store: FilePath, _ options: String...) throws {
      // It cannot choose a free port by itself.
      let port = try RawSocket.listen().port
      pagePort = try RawSocket.listen().port
      address = "tcp!127.0.0.1!\(port)"
      process = try plan9port.start(
        "venti/venti",
        ["-s", "-c", "venti.conf", "-a", address, "-h", "tcp!127.0.0.1!\(pagePort)"] + options,
        directory: store)
      try process.waitForOutput("serving.")
    }

    /// Stops it, which for this server is a crash.
    public func stop() throws { try process.terminate() }
  }
}
