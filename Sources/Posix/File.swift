internal import CLinux
internal import Glibc
public import SystemPackage

/// An open file or block device, read and written at offsets.
///
/// Closed when the last reference goes. Safe to use from many threads: no operation moves a
/// position that another depends on.
public final class File: Sendable {
  /// What an open file may be used for.
  public enum Access: Sendable {
    /// Nothing in the file can change.
    case readOnly
    /// Reading and writing.
    case readWrite
  }

  package let descriptor: CInt

  /// Opens a file or device that exists: open(2) with `O_CLOEXEC`.
  public init(opening path: FilePath, for access: Access) throws(Errno) {
    let mode = access == .readOnly ? O_RDONLY : O_RDWR
    // O_NONBLOCK: a fifo by mistake must not wait for its other end. Files ignore it.
    let flags = mode | O_CLOEXEC | O_NOCTTY | O_NONBLOCK
    descriptor = try systemCall {
      unsafe path.withPlatformString { unsafe open($0, flags) }
    }
  }

  /// Takes over a descriptor.
  init(owning descriptor: CInt) {
    self.descriptor = descriptor
  }

  deinit {
    close(descriptor)
  }

  /// Bytes of the file or device.
  ///
  /// - Throws: `Errno.notSupported` for what has no size, such as a terminal or a fifo.
  public func size() throws(Errno) -> Int {
    var status = stat()
    _ = try systemCall { unsafe fstat(descriptor, &status) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return Int(status.st_size)
    // A device's inode has no size; its end can be sought, and nothing here uses the position.
    case S_IFBLK: return try systemCall { lseek(descriptor, 0, SEEK_END) }
    case S_IFDIR: throw .isDirectory
    default: throw .notSupported
    }
  }

  /// Reads `count` bytes at `offset`, fewer only where the file ends: pread(2).
  ///
  /// - Precondition: `output` has room for `count` bytes.
  public func read(
    _ count: Int, at offset: Int, into output: inout OutputRawSpan
  ) throws(Errno) {
    precondition(count <= output.freeCapacity)
    var done = 0
    while done < count {
      let step = try unsafe output.withUnsafeMutableBytes {
        (buffer, filled) throws(Errno) -> Int in
        let start = unsafe buffer.baseAddress.map { unsafe $0 + filled }
        let step = try systemCall { unsafe pread(descriptor, start, count - done, offset + done) }
        filled += step
        return step
      }
      if step == 0 { return }
      done += step
    }
  }

  /// Writes all of `bytes` at `offset`: pwrite(2).
  public func write(_ bytes: RawSpan, at offset: Int) throws(Errno) {
    try unsafe bytes.withUnsafeBytes { (buffer) throws(Errno) in
      try untilAllIsTaken(buffer.count) { done throws(Errno) in
        let start = unsafe buffer.baseAddress.map { unsafe $0 + done }
        return try systemCall {
          unsafe pwrite(descriptor, start, buffer.count - done, offset + done)
        }
      }
    }
  }

  /// Has the system begin to write to the disk what was written: sync_file_range(2).
  ///
  /// An advice: nothing is safe before `synchronize`, which tells of errors too.
  public func beginToSynchronize(_ range: Range<Int>) {
    _ = sync_file_range(
      descriptor, off_t(range.lowerBound), off_t(range.count),
      UInt32(VACFS_SYNC_FILE_RANGE_WRITE))
  }

  /// Returns once what was written survives a power cut: fdatasync(2).
  public func synchronize() throws(Errno) {
    _ = try systemCall { fdatasync(descriptor) }
  }
}
