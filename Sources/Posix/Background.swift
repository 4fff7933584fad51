import Glibc
public import SystemPackage

/// A program that goes on in the background once it is ready, and says so to who started it.
///
/// The program starts itself a second time and waits: the copy does all the work, in a session
/// of its own, and reports on a pipe. No fork without exec, which would leave a child with locks
/// that threads of its parent held.
public enum Background {
  /// How the copy fared.
  public enum Outcome: Sendable, Equatable {
    /// It is ready, and goes on.
    case ready
    /// It ended first, with this exit status. What was wrong, it has printed itself.
    case ended(status: Int32)
  }

  /// Names the pipe's descriptor to the copy.
  private static let variable = "VACFS_READY_DESCRIPTOR"

  /// Whether this process is such a copy.
  public static var isCopy: Bool { readyDescriptor != nil }

  /// Starts this program again with the same arguments, and waits until it is ready or has ended.
  public static func launchCopy() throws(Errno) -> Outcome {
    var ends: (reader: Int32, writer: Int32) = (-1, -1)
    let piped = unsafe withUnsafeMutableBytes(of: &ends) { ends in
      unsafe pipe(ends.assumingMemoryBound(to: Int32.self).baseAddress)
    }
    guard piped == 0 else { throw Errno(rawValue: errno) }
    defer { close(ends.reader) }
    _ = setCloseOnExec(ends.reader)
    unsafe setenv(variable, String(ends.writer), 1)
    let child = spawnThisProgram()
    unsafe unsetenv(variable)
    close(ends.writer)
    let process = try child.get()
    return readByte(from: ends.reader) ? .ready : .ended(status: exitStatus(of: process))
  }

  /// In the copy: leaves the terminal's session, so that its signals no longer come here.
  public static func leaveSession() {
    setsid()
  }

  /// In the copy: lets the launcher return, then lets go of its terminal and directory.
  public static func reportReady() {
    guard let descriptor = readyDescriptor else { return }
    unsafe unsetenv(variable)
    var byte: UInt8 = 1
    _ = unsafe write(descriptor, &byte, 1)
    close(descriptor)
    unsafe chdir("/")
    let null = unsafe open("/dev/null", O_RDWR | O_CLOEXEC)
    guard null >= 0 else { return }
    for standard in 0...2 as ClosedRange<Int32> { dup2(null, standard) }
    if null > 2 { close(null) }
  }

  private static var readyDescriptor: Int32? {
    guard let value = unsafe getenv(variable) else { return nil }
    return Int32(unsafe String(cString: value))
  }

  private static func spawnThisProgram() -> Result<pid_t, Errno> {
    var process = pid_t()
    // To the byte: arguments need not be UTF-8.
    let arguments = unsafe CommandLine.unsafeArgv
    let status = unsafe posix_spawn(&process, "/proc/self/exe", nil, nil, arguments, environ)
    return status == 0 ? .success(process) : .failure(Errno(rawValue: status))
  }

  private static func setCloseOnExec(_ descriptor: Int32) -> Int32 {
    fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  /// Whether a byte comes before the other end is closed.
  private static func readByte(from descriptor: Int32) -> Bool {
    var byte: UInt8 = 0
    while true {
      let count = unsafe read(descriptor, &byte, 1)
      if count < 0, errno == EINTR { continue }
      return count == 1
    }
  }

  private static func exitStatus(of process: pid_t) -> Int32 {
    var status: Int32 = 0
    while unsafe waitpid(process, &status, 0) < 0 {
      guard errno == EINTR else { return 1 }
    }
    let exited = status & 0x7f == 0
    return exited ? status >> 8 & 0xff : 1
  }
}
