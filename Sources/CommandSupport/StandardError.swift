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
