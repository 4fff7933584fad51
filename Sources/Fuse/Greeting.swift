internal import CFuse
internal import Glibc
internal import Posix
internal import SystemPackage

/// libfuse's answer to the kernel's first message, caught on its way and completed.
///
/// libfuse before 3.17 keeps from the kernel that directories may be used in parallel (its pull
/// request 861). The kernel then has all look-ups and listings of a directory wait for one
/// another, and in a sleep that not even SIGKILL ends. libfuse has no place to put that right, so
/// for this one answer the number of its descriptor stands for a pipe.
struct Greeting {
  /// `FUSE_PARALLEL_DIROPS` of linux/fuse.h.
  private static let parallelDirectories: UInt32 = 1 << 18
  /// The head of an answer, `struct fuse_out_header`: length, error, and two words more.
  private static let headByteCount = 16
  /// Where the flags are: behind the head, two numbers of versions, and how far to read ahead.
  private static let flagsOffset = headByteCount + 12
  /// More than any answer holds.
  private static let byteLimit = 4096

  /// Where libfuse writes.
  private let descriptor: FileDescriptor
  /// The device, which `descriptor` does not stand for now.
  private let device: FileDescriptor
  private let pipe: Pipe

  /// Whether libfuse leaves out what was asked for.
  static var needsCompletion: Bool { fuse_version() < 317 }

  /// Has what is written to `descriptor` caught from now on.
  init(catching descriptor: FileDescriptor) throws(Errno) {
    self.descriptor = descriptor
    device = try withErrno { try descriptor.duplicate() }
    do throws(Errno) {
      pipe = try Pipe()
    } catch {
      try? device.close()
      throw error
    }
    do throws(Errno) {
      try Self.have(descriptor, standFor: pipe.writing)
    } catch {
      for descriptor in [device, pipe.reading, pipe.writing] { try? descriptor.close() }
      throw error
    }
  }

  /// Has `descriptor` stand for the device again, and sends it what was caught.
  func send(allowing features: KernelFeatures) throws(Errno) {
    defer { try? pipe.reading.close() }
    try Self.have(descriptor, standFor: device)
    try? device.close()
    // Now nobody can write: an answer that libfuse has not given is not waited for.
    try? pipe.writing.close()
    var answer = try pipe.reading.readAll(limit: Self.byteLimit)
    if features.offersParallelDirectories { Self.allowParallelDirectories(in: &answer) }
    // The device takes an answer whole or not at all.
    _ = try withErrno { try unsafe answer.withUnsafeBytes { try unsafe descriptor.write($0) } }
  }

  private static func have(_ descriptor: FileDescriptor, standFor other: FileDescriptor)
    throws(Errno)
  {
    _ = try withErrno { try other.duplicate(as: descriptor) }
    _ = fcntl(descriptor.rawValue, F_SETFD, FD_CLOEXEC)
  }

  /// Adds the flag to an answer that says how the kernel and libfuse will talk; an answer that
  /// refuses to has no flags.
  private static func allowParallelDirectories(in answer: inout [UInt8]) {
    guard answer.count >= flagsOffset + MemoryLayout<UInt32>.size else { return }
    unsafe answer.withUnsafeMutableBytes { bytes in
      let flags = unsafe bytes.loadUnaligned(fromByteOffset: flagsOffset, as: UInt32.self)
      unsafe bytes.storeBytes(
        of: flags | parallelDirectories, toByteOffset: flagsOffset, as: UInt32.self)
    }
  }
}
