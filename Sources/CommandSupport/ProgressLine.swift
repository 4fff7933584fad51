internal import Posix
internal import SystemPackage

/// A line at the bottom of a terminal that tells how far a command is; nothing in a pipe.
public final class ProgressLine: Sendable {
  private static let secondsBetween = 0.2
  /// Moves to the beginning of the line, and clears it.
  private static let clear = "\r\u{1b}[K"

  private let terminal: Terminal?
  private let hasEnded = Monitor(false)

  /// Begins to show a line.
  ///
  /// - Parameter text: the line as it is at this moment; asked for some times a second, on a
  ///   thread of its own, and never where standard error is no terminal.
  public init(_ text: @escaping @Sendable () -> String) {
    terminal = Terminal(.standardError)
    guard let terminal else { return }
    Thread.start("progress") { [hasEnded] in
      while hasEnded.wait(until: .after(seconds: Self.secondsBetween), { $0 ? true : nil }) == nil {
        let line = Self.clear + text().prefix(terminal.columns - 1)
        // With the lock, so that nothing comes after the end.
        hasEnded.withLock { if !$0 { Self.write(line) } }
      }
    }
  }

  /// Prints a line of text on standard error, above the progress.
  public func print(_ line: String) {
    Self.write((terminal == nil ? "" : Self.clear) + line + "\n")
  }

  /// Ends the progress; nothing of it stays.
  public func end() {
    hasEnded.update { hasEnded in
      hasEnded = true
      if terminal != nil { Self.write(Self.clear) }
    }
  }

  /// Writes in one piece, so that lines of several threads do not mix.
  private static func write(_ text: String) {
    _ = try? FileDescriptor.standardError.writeAll(Array(text.utf8))
  }
}
