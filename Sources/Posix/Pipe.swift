import Glibc
public import SystemPackage

/// A pipe between two threads or processes (pipe(7)).
public struct Pipe: Sendable {
  /// Gives the bytes.
  public let reading: FileDescriptor
  /// Takes the bytes.
  public let writing: FileDescriptor

  /// Makes a pipe; whoever makes it closes its ends.
  ///
  /// Programs that are started do not inherit the ends, except one that another thread starts at
  /// this very moment: `pipe2` is not visible to Swift.
  public init() throws(Errno) {
    var ends: [CInt] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else { throw Errno(rawValue: errno) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    reading = FileDescriptor(rawValue: ends[0])
    writing = FileDescriptor(rawValue: ends[1])
  }
}
