internal import CLinux
internal import Foundation
internal import Glibc
internal import SystemPackage

/// What it takes to start a child: its pipes, and a clean setting.
struct Launch: ~Copyable {
  var output: Pipe
  var errorOutput: Pipe

  init() throws(Errno) {
    let output = try Pipe()
    let errorOutput = try Pipe()
    self.output = output
    self.errorOutput = errorOutput
  }

  /// Starts a program in a process group of its own, with every signal as the system has it.
  func start(_ command: [String], _ environment: [String: String]) throws(Errno) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output.writerNumber, 1)
    posix_spawn_file_actions_adddup2(&actions, errorOutput.writerNumber, 2)
    // SwiftNIO's sockets are not closed on exec: a child of one test would hold the port of another.
    posix_spawn_file_actions_addclosefrom_np(&actions, 3)

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    var all = sigset_t()
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setpgroup(&attributes, 0)
    let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
    posix_spawnattr_setflags(&attributes, Int16(flags))

    var child: pid_t = 0
    let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let status = withCStrings(command) { arguments in
      withCStrings(variables.map { "\($0)=\($1)" }) { variables in
        posix_spawnp(&child, command[0], &actions, &attributes, arguments, variables)
      }
    }
    guard status == 0 else { throw Errno(rawValue: status) }
    return child
  }
}

/// A pipe that no other child inherits, its ends closed with it unless taken.
struct Pipe: ~Copyable {
  private var reader: FileDescriptor?
  private let writer: FileDescriptor

  init() throws(Errno) {
    let ends = try FileDescriptor.pipe(options: .closeOnExec)
    reader = ends.readEnd
    writer = ends.writeEnd
  }

  deinit {
    try? reader?.close()
    try? writer.close()
  }

  /// The number of the writing end, to be given to the child.
  var writerNumber: Int32 { writer.rawValue }

  /// Hands the reading end to the caller, once.
  mutating func takeReader() -> FileDescriptor {
    guard let taken = reader.take() else { preconditionFailure("the reader was taken before") }
    return taken
  }
}

/// Calls `body` with a null-terminated array of C strings, as `execve` takes it.
private func withCStrings<Result>(
  _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
  let pointers = strings.map { strdup($0) }
  defer { for pointer in pointers { free(pointer) } }
  return body(pointers + [nil])
}
