public import ArgumentParser
internal import SystemPackage

/// Where commands say what went wrong.
public enum StandardError {
  /// Writes a line.
  ///
  /// In one piece, so that lines of several threads do not mix. An output that is gone is no
  /// reason to fail.
  public static func print(_ line: String) {
    _ = try? FileDescriptor.standardError.writeAll(Array((line + "\n").utf8))
  }
}

extension ParsableCommand {
  /// Runs the command with the arguments of a process.
  public static func run(with arguments: [String]) {
    do {
      var command = try parseAsRoot(arguments)
      try command.run()
    } catch {
      end(with: error)
    }
  }

  /// Ends the process as an error asks for, after its message.
  ///
  /// Usage errors end it with status 1, as scripts expect of plan9port's programs, and the manual says.
  public static func end(with error: any Error) -> Never {
    guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
    StandardError.print(fullMessage(for: error))
    exit(withError: ExitCode.failure)
  }

  /// Runs the body of a command: an error is printed as `name: message`, and ends it with status 1.
  ///
  /// - Parameter name: how the command is called, where its own name does not say it all.
  public static func reporting<Value>(
    as name: String = _commandName, _ body: () throws -> Value
  ) throws -> Value {
    do {
      return try body()
    } catch let status as ExitCode {
      throw status
    } catch {
      StandardError.print("\(name): \(error)")
      throw ExitCode.failure
    }
  }
}
