internal import CLinux
internal import Glibc
public import SystemPackage

extension File {
  /// Creates a file of `byteCount` zeros that take no room on disk yet: open(2) with `O_EXCL`,
  /// then ftruncate(2).
  ///
  /// - Throws: `Errno.fileExists` when there is a file of that name.
  public static func create(_ path: FilePath, byteCount: Int) throws(Errno) {
    let descriptor = try create(path)
    defer { close(descriptor) }
    _ = try systemCall { ftruncate(descriptor, byteCount) }
    _ = try systemCall { fsync(descriptor) }
  }

  /// Creates a file that holds `text`.
  ///
  /// - Throws: `Errno.fileExists` when there is a file of that name.
  public static func create(_ path: FilePath, text: String) throws(Errno) {
    let descriptor = try create(path)
    defer { close(descriptor) }
    try write(text, to: descriptor)
  }

  /// Creates a file that holds `text`, and has no name yet: open(2) with `O_TMPFILE`.
  ///
  /// - Returns: nil where the file system knows no such files.
  static func createUnnamed(
    in directory: FilePath, text: String
  ) throws(Errno) -> FileDescriptor? {
    guard let descriptor = try openUnnamed(in: directory, permissions: 0o666) else { return nil }
    do throws(Errno) {
      try write(text, to: descriptor)
    } catch {
      close(descriptor)
      throw error
    }
    return FileDescriptor(rawValue: descriptor)
  }

  /// Makes and opens an empty file that has no name: open(2) with `O_TMPFILE`.
  ///
  /// - Returns: nil where the file system knows no such files.
  static func openUnnamed(
    in directory: FilePath, permissions: mode_t
  ) throws(Errno) -> CInt? {
    do throws(Errno) {
      return try systemCall {
        unsafe directory.withPlatformString {
          unsafe open($0, O_RDWR | O_DIRECTORY | VACFS_O_TMPFILE | O_CLOEXEC, permissions)
        }
      }
    } catch .notSupported, .isDirectory, .invalidArgument {
      return nil
    }
  }

  /// A name that nobody has: what is there is not ours to remove.
  static func unusedPath(in directory: FilePath) -> FilePath {
    directory.appending(".vacfs-\(String(UInt64.random(in: 0 ... .max), radix: 16))")
  }

  /// Writes all of a text, which is safe afterwards.
  private static func write(_ text: String, to descriptor: CInt) throws(Errno) {
    let bytes = Array(text.utf8)
    try untilAllIsTaken(bytes.count) { done throws(Errno) in
      let rest = bytes[done...]
      return try systemCall {
        unsafe rest.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, done) }
      }
    }
    _ = try systemCall { fsync(descriptor) }
  }

  /// Removes a file: unlink(2).
  public static func remove(_ path: FilePath) throws(Errno) {
    _ = try systemCall { unsafe path.withPlatformString { unsafe unlink($0) } }
  }

  /// Makes a directory unless there is one: mkdir(2).
  public static func createDirectory(_ path: FilePath) throws(Errno) {
    do throws(Errno) {
      _ = try systemCall { unsafe path.withPlatformString { unsafe mkdir($0, 0o777) } }
    } catch .fileExists {
    }
  }

  /// Returns once the names in a directory survive a power cut: fsync(2).
  public static func synchronizeDirectory(_ path: FilePath) throws(Errno) {
    let descriptor = try systemCall {
      unsafe path.withPlatformString { unsafe open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    }
    defer { close(descriptor) }
    _ = try systemCall { fsync(descriptor) }
  }

  /// Makes and opens an empty file where there is none, nor a link.
  static func create(
    _ path: FilePath, permissions: mode_t = 0o666
  ) throws(Errno) -> CInt {
    try systemCall {
      unsafe path.withPlatformString {
        unsafe open($0, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, permissions)
      }
    }
  }
}
