internal import Posix
internal import SystemPackage

/// Standard output, written in large pieces.
public struct OutputBuffer: Sendable {
  private static let limit = 1 << 16

  private var bytes: [UInt8] = []

  /// A buffer with nothing in it.
  public init() {}

  /// Writes bytes, now or later.
  ///
  /// - Throws: when the output takes no more.
  public mutating func write(_ bytes: [UInt8]) throws(CommandError) {
    self.bytes += bytes
    if self.bytes.count >= Self.limit { try flush() }
  }

  /// Writes what is in the buffer.
  public mutating func flush() throws(CommandError) {
    defer { bytes.removeAll(keepingCapacity: true) }
    try StandardOutput.write(bytes)
  }
}

/// Where commands say what they were asked for.
public enum StandardOutput {
  /// Writes a line, in one piece, so that lines of several threads do not mix.
  ///
  /// - Throws: when the output takes no more.
  public static func print(_ line: String) throws(CommandError) {
    try write(Array((line + "\n").utf8))
  }

  /// Writes bytes.
  ///
  /// - Throws: when the output takes no more.
  public static func write(_ bytes: [UInt8]) throws(CommandError) {
    do {
      try FileDescriptor.standardOutput.writeAll(bytes)
    } catch {
      if error as? Errno == .brokenPipe { StandardDescriptors.endUnread() }
      throw CommandError("standard output: \(error)")
    }
  }
}
