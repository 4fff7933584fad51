internal import Glibc
internal import Posix
internal import SystemPackage

/// What is known of a child, shared by the test, the collectors of its output and its reaper.
struct ChildState {
  /// One of the child's output streams.
  struct Stream {
    /// Bytes kept; what comes after them is read and dropped.
    static let limit = 4 << 20

    private(set) var bytes: [UInt8] = []
    var hasEnded = false

    var text: String { String(decoding: bytes, as: UTF8.self) }

    mutating func append(_ chunk: ArraySlice<UInt8>) {
      bytes += chunk.prefix(Stream.limit - bytes.count)
    }
  }

  var output = Stream()
  var errorOutput = Stream()
  var status: ChildProcess.ExitStatus?

  /// Whether the child has ended and nothing more can come from it.
  var isComplete: Bool { status != nil && output.hasEnded && errorOutput.hasEnded }
}

/// Reads one of a child's output streams to its end, on a thread of its own.
enum OutputCollector {
  private static let chunkSize = 1 << 16

  /// Takes over `descriptor`, and appends what comes from it to a stream of `state`.
  static func start(
    _ descriptor: FileDescriptor, into state: Monitor<ChildState>,
    at stream: any WritableKeyPath<ChildState, ChildState.Stream> & Sendable
  ) {
    Thread.start("collector") {
      defer { try? descriptor.close() }
      var chunk = [UInt8](repeating: 0, count: chunkSize)
      while true {
        let count = try? chunk.withUnsafeMutableBytes { try descriptor.read(into: $0) }
        guard let count, count > 0 else { break }
        state.update { $0[keyPath: stream].append(chunk[..<count]) }
      }
      state.update { $0[keyPath: stream].hasEnded = true }
    }
  }
}

/// Waits for a child to end, and publishes how it did.
func reap(_ child: pid_t, _ state: Monitor<ChildState>) {
  // The child stays a zombie, and its number its own, until the lock is held: see `signal`.
  var information = siginfo_t()
  while waitid(P_PID, id_t(child), &information, WEXITED | WNOWAIT) != 0 && errno == EINTR {}
  state.update { state in
    var status: Int32 = 0
    waitpid(child, &status, 0)
    // The layout that <sys/wait.h> takes apart with macros.
    let signal = status & 0x7f
    state.status = signal == 0 ? .exited(status >> 8 & 0xff) : .signalled(signal)
  }
}
