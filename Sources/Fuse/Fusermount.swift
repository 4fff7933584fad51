internal import CFuse
internal import Glibc
internal import Posix
internal import SystemPackage

/// The set-user-ID program that mounts for ordinary users (fusermount3(1)).
enum Fusermount {
  /// Mounts, and receives the descriptor over which the kernel talks.
  static func mount(
    on mountpoint: Mountpoint, _ options: MountOptions
  ) throws(FuseError) -> FileDescriptor {
    if options.allowsOthers && geteuid() != 0 && !configurationAllowsOthers() {
      throw .allowOtherNotPermitted
    }
    let (ours, theirs) = try socketPair()
    defer { try? ours.close() }
    let (process, messages) = try start(
      ["-o", options.fusermountText, "--", mountpoint.path], socket: theirs)
    defer { try? messages.close() }
    let descriptor = cfuse_receive_descriptor(ours.rawValue)
    let reason = descriptor >= 0 ? "" : words(from: messages)
    process.wait()
    guard descriptor >= 0 else { throw .mountRefused(path: mountpoint.path, reason: reason) }
    return FileDescriptor(rawValue: descriptor)
  }

  /// Unmounts, lazily if the mount is in use.
  static func unmount(_ mountpoint: Mountpoint) throws(FuseError) {
    let (process, messages) = try start(["-u", "-z", "--", mountpoint.path], socket: nil)
    defer { try? messages.close() }
    let reason = words(from: messages)
    guard process.wait() else {
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

  /// Starts fusermount3.
  ///
  /// - Parameter socket: where it sends a descriptor; is closed on our side.
  /// - Returns: the process and what it has to say.
  private static func start(
    _ arguments: [String], socket: FileDescriptor?
  ) throws(FuseError) -> (SpawnedProcess, messages: FileDescriptor) {
    defer { try? socket?.close() }
    let socketNumber: CInt = 3
    let pipe: Pipe
    do throws(Errno) {
      pipe = try Pipe()
    } catch {
      throw .systemCallFailed(name: "pipe", cause: error)
    }
    defer { try? pipe.writing.close() }
    var descriptors = [(number: STDERR_FILENO, source: pipe.writing)]
    if let socket { descriptors.append((socketNumber, socket)) }
    do throws(Errno) {
      let process = try SpawnedProcess(
        ["fusermount3"] + arguments,
        environment: socket == nil ? [] : ["_FUSE_COMMFD=\(socketNumber)"],
        descriptors: descriptors)
      return (process, pipe.reading)
    } catch {
      try? pipe.reading.close()
      if error == .noSuchFileOrDirectory { throw .fusermountMissing }
      throw .systemCallFailed(name: "posix_spawn", cause: error)
    }
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
}
