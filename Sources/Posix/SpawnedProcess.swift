internal import CLinux
import Glibc
public import SystemPackage

/// A program that was started and is to be waited for, once.
public struct SpawnedProcess: Sendable {
  /// Its number.
  public let id: CInt

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - arguments: the program, found by `$PATH`, and what it is given.
  ///   - environment: what it has besides `$PATH`.
  ///   - descriptors: what it has open besides our standard input, output and error output, by
  ///     the number it knows it by.
  /// - Throws: ENOENT when there is no such program.
  public init(
    _ arguments: [String], environment: [String] = [],
    descriptors: [(number: CInt, source: FileDescriptor)]
  ) throws(Errno) {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    for descriptor in descriptors {
      unsafe posix_spawn_file_actions_adddup2(
        &actions, descriptor.source.rawValue, descriptor.number)
    }
    // Libraries open files and sockets that are not closed on exec.
    let last = max(2, descriptors.map(\.number).max() ?? 2)
    unsafe posix_spawn_file_actions_addclosefrom_np(&actions, last + 1)
    // A thread may have signals blocked; the program shall hear them.
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var blocked = sigset_t()
    unsafe sigemptyset(&blocked)
    unsafe posix_spawnattr_setsigmask(&attributes, &blocked)
    unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    guard let program = arguments.first else { throw .invalidArgument }
    var process = pid_t()
    let status = unsafe Self.withCStrings(arguments) { arguments in
      unsafe Self.withCStrings(["PATH=\(Self.searchPath)"] + environment) { environment in
        unsafe posix_spawnp(&process, program, &actions, &attributes, arguments, environment)
      }
    }
    guard status == 0 else { throw Errno(rawValue: status) }
    id = process
  }

  /// Waits until it has ended; says whether it did so with success.
  @discardableResult
  public func wait() -> Bool {
    var status: CInt = 0
    while unsafe waitpid(id, &status, 0) == -1 && errno == EINTR {}
    return status == 0
  }

  /// Sends it a signal.
  public func send(signal number: CInt) {
    kill(id, number)
  }

  /// `$PATH`, or where programs are without one.
  private static var searchPath: String {
    guard let path = unsafe getenv("PATH") else { return "/usr/bin:/bin" }
    return unsafe String(cString: path)
  }

  /// Lends `strings` as the null-terminated array that posix_spawn(3) wants.
  private static func withCStrings<Result>(
    _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
  ) -> Result {
    var copies: [UnsafeMutablePointer<CChar>?] = unsafe strings.map { unsafe strdup($0) }
    unsafe copies.append(nil)
    defer { for index in strings.indices { unsafe free(copies[index]) } }
    return unsafe copies.withUnsafeBufferPointer { pointers in
      guard let base = pointers.baseAddress else { preconditionFailure("the array has a nil") }
      return unsafe body(base)
    }
  }
}
