internal import CLinux
internal import Glibc

/// A thread of the operating system.
public enum Thread {
  /// Starts a detached thread that runs `body` once.
  ///
  /// - Parameter name: what `ps -L` shows; cut to the 15 bytes that Linux keeps.
  /// - Returns: false when the system has no room for another thread; `body` does not run then.
  @discardableResult
  public static func start(_ name: String, _ body: @escaping @Sendable () -> Void) -> Bool {
    let start = Start(name: name, body: body)
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)
    defer { unsafe pthread_attr_destroy(&attributes) }
    unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    var thread = pthread_t()
    let retained = unsafe Unmanaged.passRetained(start)
    let status = unsafe pthread_create(&thread, &attributes, runThread, retained.toOpaque())
    if status != 0 { unsafe retained.release() }
    return status == 0
  }

  /// What a thread has been given so far: getrusage(2).
  package struct Usage: Sendable {
    /// How often it has waited: for a disk, another machine, or another thread.
    package let waitCount: Int
    /// Units of 512 bytes that it has had a disk read.
    package let blockInputCount: Int
  }

  /// What this thread has been given.
  package static var usage: Usage {
    var usage = rusage()
    _ = unsafe getrusage(VACFS_RUSAGE_THREAD, &usage)
    return Usage(waitCount: usage.ru_nvcsw, blockInputCount: usage.ru_inblock)
  }
}

/// What a new thread is given.
private final class Start: Sendable {
  let name: String
  let body: @Sendable () -> Void

  init(name: String, body: @escaping @Sendable () -> Void) {
    self.name = name
    self.body = body
  }
}

/// The entry point of every thread: takes over the reference that `start` retained.
private func runThread(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument = unsafe argument else { return nil }
  let start = unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
  nameThisThread(start.name)
  start.body()
  return nil
}

/// Sets the name that `ps -L` shows.
///
/// Glibc's `pthread_setname_np` is not visible to Swift.
private func nameThisThread(_ name: String) {
  let descriptor = unsafe open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return }
  _ = unsafe write(descriptor, name, min(name.utf8.count, 15))
  close(descriptor)
}
