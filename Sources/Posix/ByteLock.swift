internal import CLinux
internal import Glibc
public import SystemPackage

/// A byte of a file or device that one holder at a time has locked: fcntl(2) with `F_OFD_SETLK`.
///
/// The lock belongs to the open file, so it goes when the process does, however it ends. Others are kept
/// from locking the byte, not from reading or writing it.
public final class ByteLock: Sendable {
  private let file: File
  private let offset: Int

  /// Locks a byte of a file that is open for writing.
  ///
  /// - Throws: `Errno.wouldBlock` when another has it; other errors where the file system knows no locks.
  public init(_ file: File, at offset: Int) throws(Errno) {
    self.file = file
    self.offset = offset
    try Self.set(F_WRLCK, file, offset)
  }

  /// Unlocks, not only closes: a process that another thread is just starting has the descriptor too,
  /// until it becomes its program.
  deinit {
    try? Self.set(F_UNLCK, file, offset)
  }

  private static func set(_ type: CInt, _ file: File, _ offset: Int) throws(Errno) {
    var range = flock()
    range.l_type = Int16(type)
    range.l_whence = Int16(SEEK_SET)
    range.l_start = offset
    range.l_len = 1
    _ = try systemCall { unsafe fcntl(file.descriptor, VACFS_F_OFD_SETLK, &range) }
  }
}
