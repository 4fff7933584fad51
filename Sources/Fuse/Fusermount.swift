internal import CFuse
internal import Glibc
internal import Posix
internal import SystemPackage

/// The set-user-ID program that mounts for ordinary users (fusermount3(1)).
enum Fusermount {
  /// A fusermount3 that runs until its socket closes.
  ///
  /// With `auto_unmount` it unmounts then, if that has not happened.
  final class Guardian: Sendable {
    private let process: pid_t
    private let socket: FileDescriptor

    fileprivate init(process: pid_t, socket: FileDescriptor) {
      self.process = process
      self.socket = socket
    }

    deinit {
      try? socket.close()
      Fusermount.wait(for: process)
    }
  }

  /// Mounts, and receives the descriptor over which the kernel talks.
  static func mount(
    on mountpoint: Mountpoint, _ options: MountOptions
  ) throws(FuseError) -> (FileDescriptor, Guardian?) {
    if options.allowsOthers && geteuid() != 0 && !configurationAllowsOthers() {
      throw .allowOtherNotPermitted
    }
    let (ours, theirs) = try socketPair()
    let messages = try pipe()
    defer { try? messages.reading.close() }
    let process: pid_t
    do throws(FuseError) {
      process = try spawn(
        ["-o", options.fusermountText, "--", mountpoint.path], socket: theirs,
        messages: messages.writing)
    } catch {
      try? ours.close()
      throw error
    }
    let descriptor = cfuse_receive_descriptor(ours.rawValue)
    let guardian = Guardian(process: process, socket: ours)
    guard descriptor >= 0 else {
      throw .mountRefused(path: mountpoint.path, reason: words(from: messages.reading))
    }
    return (
      FileDescriptor(rawValue: descriptor), options.unmountsAutomatically ? guardian : nil
    )
  }

  /// Unmounts, lazily if the mount is in use.
  static func unmount(_ mountpoint: Mountpoint) throws(FuseError) {
    let messages = try pipe()
    defer { try? messages.reading.close() }
    let process = try spawn(
      ["-u", "-z", "--", mountpoint.path], socket: nil, messages: messages.writing)
    let reason = words(from: messages.reading)
    guard wait(for: process) == 0 else {
      throw .unmountFailed(path: mountpoint.path, reason: reason)
    }
  }

  /// Whether `/etc/fuse.conf` lets ordinary users show their mounts to others.
  private static func configurationAllowsOthers() -> Bool {
    guard let text = try? SmallFile.read("/etc/fuse.conf") else { return false }
    return String(decoding: text, as: UTF8.self).split(separator: "\n").contains { line in
      line.split(whereSeparator: \.isWhitespace).first == "user_allow_other"
    }
  }

  /// Starts fusermount3, which takes over what it is given.
  ///
  /// - Parameters:
  ///   - socket: where it sends the descriptor; its number goes by `_FUSE_COMMFD`.
  ///   - messages: becomes its standard error.
  private static func spawn(
    _ arguments: [String], socket: FileDescriptor?, messages: FileDescriptor
  ) throws(FuseError) -> pid_t {
    defer {
      try? socket?.close()
      try? messages.close()
    }
    let program = "fusermount3"
    let socketNumber: CInt = 3
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    if let socket {
      unsafe posix_spawn_file_actions_adddup2(&actions, socket.rawValue, socketNumber)
    }
    unsafe posix_spawn_file_actions_adddup2(&actions, messages.rawValue, STDERR_FILENO)
    var process = pid_t()
    var environment = ["PATH=\(searchPath)"]
    if socket != nil { environment.append("_FUSE_COMMFD=\(socketNumber)") }
    let status = unsafe withCStrings([program] + arguments) { arguments in
      unsafe withCStrings(environment) { environment in
        unsafe posix_spawnp(&process, program, &actions, nil, arguments, environment)
      }
    }
    switch status {
    case 0: return process
    case ENOENT: throw .fusermountMissing
    default: throw .systemCallFailed(name: "posix_spawn", cause: Errno(rawValue: status))
    }
  }

  /// Where programs are looked for: `$PATH`, with what a bare environment lacks.
  private static var searchPath: String {
    guard let path = unsafe getenv("PATH") else { return "/usr/bin:/bin" }
    return unsafe String(cString: path)
  }

  @discardableResult
  private static func wait(for process: pid_t) -> CInt {
    var status: CInt = 0
    while unsafe waitpid(process, &status, 0) == -1 && errno == EINTR {}
    return status
  }

  /// What was written to a pipe until its end, as one line.
  private static func words(from pipe: FileDescriptor) -> String {
    var bytes = [UInt8](repeating: 0, count: 4096)
    var count = 0
    while count < bytes.count {
      let more = try? unsafe bytes.withUnsafeMutableBytes { buffer in
        try unsafe pipe.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[count...]))
      }
      guard let more, more > 0 else { break }
      count += more
    }
    let lines = String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n")
    return lines.isEmpty ? "it gave no reason" : lines.joined(separator: "; ")
  }

  private static func socketPair() throws(FuseError) -> (FileDescriptor, FileDescriptor) {
    var ends: [CInt] = [-1, -1]
    let kind = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    guard unsafe socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
      throw .systemCallFailed(name: "socketpair", cause: Errno(rawValue: errno))
    }
    return (FileDescriptor(rawValue: ends[0]), FileDescriptor(rawValue: ends[1]))
  }

  private static func pipe() throws(FuseError) -> Pipe {
    do throws(Errno) {
      return try Pipe()
    } catch {
      throw .systemCallFailed(name: "pipe", cause: error)
    }
  }

  /// Lends `strings` as the null-terminated array that posix_spawn(3) wants.
  private static func withCStrings<Result>(
    _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
  ) -> Result {
    var copies: [UnsafeMutablePointer<CChar>?] = unsafe strings.map { unsafe strdup($0) }
    defer { for index in strings.indices { unsafe free(copies[index]) } }
    unsafe copies.append(nil)
    return unsafe copies.withUnsafeBufferPointer { pointers in
      guard let base = pointers.baseAddress else { preconditionFailure("the array has a nil") }
      return unsafe body(base)
    }
  }
}
