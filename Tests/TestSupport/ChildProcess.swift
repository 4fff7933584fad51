internal import Glibc
internal import Posix
public import SystemPackage

/// A program that a test runs beside itself.
///
/// Its standard input is empty and its output is collected as it comes, so it never blocks on
/// a full pipe. Every wait has a limit. When the last reference goes, the child and what it
/// started in its process group are killed; a daemon that left the group is not.
public final class ChildProcess: Sendable {
  /// How a program ended.
  public enum ExitStatus: Equatable, Sendable {
    /// It returned this value.
    case exited(Int32)
    /// This signal ended it.
    case signalled(Int32)

    /// It returned 0.
    public static let success = ExitStatus.exited(0)
  }

  /// Seconds that a wait lasts when the caller does not say.
  public static let defaultLimit = 60.0

  /// The child's process number.
  public let processIdentifier: Int32

  private let command: String
  private let state: Monitor<ChildState>

  /// Starts a program; a bare name is looked up in `$PATH`.
  ///
  /// - Parameter environment: variables set in addition to the test's own.
  public init(
    _ program: FilePath, _ arguments: [String] = [], environment: [String: String] = [:],
    directory: FilePath? = nil
  ) throws {
    var command = [program.string] + arguments
    if let directory { command = ["env", "--chdir", directory.string] + command }
    var launch = try Launch()
    let child = try launch.start(command, environment)
    let state = Monitor(ChildState())
    self.command = command.joined(separator: " ")
    processIdentifier = child
    self.state = state
    OutputCollector.start(launch.output.takeReader(), into: state, at: \.output)
    OutputCollector.start(launch.errorOutput.takeReader(), into: state, at: \.errorOutput)
    Thread.start("reaper") { reap(child, state) }
  }

  deinit {
    signal(SIGKILL)
  }

  /// What the child has written to its standard output.
  public var output: String { state.withLock { $0.output.text } }

  /// What the child has written to its standard error.
  public var errorOutput: String { state.withLock { $0.errorOutput.text } }

  /// Whether the child has not ended yet.
  public var isRunning: Bool { state.withLock { $0.status == nil } }

  /// Sends a signal to the child and what it started, unless it has ended.
  public func signal(_ number: Int32) {
    // Under the lock, so that the number cannot have passed to another process: the reaper
    // takes the lock to give it up.
    state.withLock { state in
      if state.status == nil { kill(-processIdentifier, number) }
    }
  }

  /// Waits for the child to end by itself, and for the rest of its output.
  public func waitForExit(within seconds: Double = defaultLimit) throws -> ExitStatus {
    let deadline = Deadline.after(seconds: seconds)
    guard let status = state.wait(until: deadline, { $0.status }) else {
      throw failure("still runs after \(seconds) seconds")
    }
    // A daemon that the child left behind may hold the pipes open: it is not waited for.
    _ = state.wait(until: min(deadline, .after(seconds: 1))) { $0.isComplete ? true : nil }
    return status
  }

  /// Waits until one of the child's outputs holds `text`: how a server says that it is ready.
  public func waitForOutput(_ text: String, within seconds: Double = defaultLimit) throws {
    let found = state.wait(until: .after(seconds: seconds)) { state -> Bool? in
      if state.output.text.contains(text) || state.errorOutput.text.contains(text) { return true }
      return state.isComplete ? false : nil
    }
    guard found == true else { throw failure("did not print '\(text)'") }
  }

  /// Asks the child to end, and waits until it has.
  @discardableResult
  public func terminate(within seconds: Double = defaultLimit) throws -> ExitStatus {
    signal(SIGTERM)
    return try waitForExit(within: seconds)
  }

  /// Runs a program to its end.
  ///
  /// - Returns: its standard output.
  /// - Throws: `ChildProcessError` when it ends with anything but `expected`.
  @discardableResult
  public static func run(
    _ program: FilePath, _ arguments: String..., expecting expected: ExitStatus = .success,
    environment: [String: String] = [:], directory: FilePath? = nil,
    within seconds: Double = defaultLimit
  ) throws -> String {
    let child = try ChildProcess(
      program, arguments, environment: environment, directory: directory)
    let status = try child.waitForExit(within: seconds)
    guard status == expected else { throw child.failure("\(status), expected \(expected)") }
    return child.output
  }

  func failure(_ fact: String) -> ChildProcessError {
    ChildProcessError(command: command, fact: fact, errorOutput: errorOutput)
  }
}

/// A child that did not do what its test expects.
public struct ChildProcessError: Error, CustomStringConvertible {
  let command: String
  let fact: String
  let errorOutput: String

  /// One line, then what the child wrote to its standard error.
  public var description: String { "\(command): \(fact)\n\(errorOutput)" }
}
