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

  private static func create(_ path: FilePath) throws(Errno) -> CInt {
    try systemCall {
      unsafe path.withPlatformString {
        unsafe open($0, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      }
    }
  }
}
