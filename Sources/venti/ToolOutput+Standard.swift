import CommandSupport
import Posix
import SystemPackage
import VentiTools

extension ToolOutput {
  /// Standard output and standard error.
  ///
  /// Lines of standard output are gathered, and written before any of standard error, at the end,
  /// and on a terminal at once.
  static let standard = ToolOutput(
    print: { StandardLines.print($0) },
    note: { line in
      StandardLines.write()
      StandardError.print(line)
    })
}

/// Lines on their way to standard output.
enum StandardLines {
  private struct State: Sendable {
    var buffer = OutputBuffer()
    /// Why a line is lost; nothing is written after it.
    var failure: CommandError?

    mutating func attempt(
      _ body: (inout OutputBuffer) throws(CommandError) -> Void
    ) {
      guard failure == nil else { return }
      do throws(CommandError) { try body(&buffer) } catch { failure = error }
    }
  }

  private static let state = Monitor(State())
  private static let isTerminal = Terminal(.standardOutput) != nil

  /// Takes a line.
  static func print(_ line: String) {
    state.withLock { state in
      state.attempt { buffer throws(CommandError) in
        try buffer.write(Array((line + "\n").utf8))
        if isTerminal { try buffer.flush() }
      }
    }
  }

  /// Writes what was gathered.
  static func write() {
    state.withLock { $0.attempt { buffer throws(CommandError) in try buffer.flush() } }
  }

  /// Writes what was gathered.
  ///
  /// - Throws: when any line so far is lost: a disk that is full must not look like a short list.
  static func finish() throws(CommandError) {
    write()
    if let failure = state.withLock({ $0.failure }) { throw failure }
  }
}
