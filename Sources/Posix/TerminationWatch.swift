import Glibc
public import SystemPackage

/// Turns the first SIGINT, SIGTERM or SIGHUP into a call on a plain thread.
///
/// A later one ends the process, as it would have without the watch: a program that does not
/// manage to end by itself can always be ended. What comes within `echoMilliseconds` of the first
/// is taken for the same: timeout(1) sends each signal twice. A signal that was ignored when the watch began
/// (`nohup`) stays ignored. One watch at a time in a process.
public final class TerminationWatch: Sendable {
  /// The end of a pipe to which a signal's number is written.
  private let wakeUp: CInt

  /// How long a signal may be repeated without ending the process.
  private static let echoMilliseconds: CInt = 500

  /// Begins to watch.
  ///
  /// - Parameter handler: runs once at most, on a thread of its own, with the signal's number.
  public init(_ handler: @escaping @Sendable (CInt) -> Void) throws(Errno) {
    let pipe = try Pipe()
    let reading = pipe.reading.rawValue
    wakeUp = pipe.writing.rawValue
    let started = Thread.start("signals") {
      unblockSignals()
      let number = Self.firstByte(from: reading)
      if number != 0 {
        let answer: @Sendable () -> Void = { handler(CInt(number)) }
        if !Thread.start("on signal", answer) { answer() }
        if !Self.waitForEnd(of: reading) { setSignals(to: SIG_DFL) }
      }
      close(reading)
    }
    guard started else {
      close(reading)
      close(wakeUp)
      throw .resourceTemporarilyUnavailable
    }
    unsafe wakeUpDescriptor = wakeUp
    setSignals(to: onSignal)
  }

  /// Ends the watch: signals have their default effect again.
  deinit {
    setSignals(to: SIG_DFL)
    unsafe wakeUpDescriptor = -1
    // The thread finds the end of the pipe, unless it has ended already.
    close(wakeUp)
  }

  /// Lets the echo of the first signal pass.
  ///
  /// - Returns: whether the watch has ended meanwhile.
  private static func waitForEnd(of descriptor: CInt) -> Bool {
    let limit = Deadline.after(seconds: Double(echoMilliseconds) / 1000)
    while !limit.hasPassed {
      var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard unsafe poll(&ready, 1, echoMilliseconds) > 0 else { continue }
      if firstByte(from: descriptor) == 0 { return true }
    }
    return false
  }

  /// The signal that was written first, or 0 when the pipe was closed.
  private static func firstByte(from descriptor: CInt) -> UInt8 {
    var byte: UInt8 = 0
    while unsafe read(descriptor, &byte, 1) == -1 && errno == EINTR {}
    return byte
  }
}

// Written before the handler is installed and after it is removed; read by the handler.
private nonisolated(unsafe) var wakeUpDescriptor: CInt = -1

/// Does what a signal's handler may do, which is next to nothing: it writes to a pipe.
private func onSignal(_ number: CInt) {
  let saved = errno
  var byte = UInt8(truncatingIfNeeded: number)
  _ = unsafe write(wakeUpDescriptor, &byte, 1)
  errno = saved
}

private let watchedSignals = [SIGINT, SIGTERM, SIGHUP]

/// Lets the thread that calls be interrupted, even if the process was started deaf.
private func unblockSignals() {
  var signals = sigset_t()
  unsafe sigemptyset(&signals)
  for number in watchedSignals { unsafe sigaddset(&signals, number) }
  unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
}

/// Sets what the watched signals do, except where they are ignored.
private func setSignals(to handler: sighandler_t?) {
  for number in watchedSignals {
    let previous = signal(number, handler)
    // Functions cannot be compared, but SIG_IGN is not one: it is the number 1.
    if unsafe unsafeBitCast(previous, to: Int.self) == 1 { signal(number, SIG_IGN) }
  }
}
