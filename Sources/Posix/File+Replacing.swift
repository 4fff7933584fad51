internal import Glibc
package import SystemPackage

extension File {
  /// Puts a file that holds `text` in the place of another, or makes it: rename(2).
  ///
  /// Whatever happens, a file of that name holds either what it held before, or `text`. Until it is
  /// whole it has no name, where the file system can do so: whoever is stopped leaves nothing behind,
  /// but for a moment when it has a name of its own beside the other.
  package static func replace(_ path: FilePath, text: String) throws(Errno) {
    let directory = path.removingLastComponent()
    let place = directory.isEmpty ? "." : directory
    let unnamed = try createUnnamed(in: place, text: text)
    defer { try? unnamed?.close() }
    if !link(unnamed, to: path) {
      try replace(path) { new throws(Errno) in
        if !link(unnamed, to: new) { try create(new, text: text) }
      }
    }
    try synchronizeDirectory(place)
  }

  /// Puts a file that `make` makes in the place of another.
  private static func replace(
    _ path: FilePath, by make: (FilePath) throws(Errno) -> Void
  ) throws(Errno) {
    let new = unusedPath(in: path.removingLastComponent())
    do throws(Errno) {
      try make(new)
      _ = try systemCall {
        unsafe new.withPlatformString { new in
          unsafe path.withPlatformString { unsafe rename(new, $0) }
        }
      }
    } catch {
      if error != .fileExists { try? remove(new) }
      throw error
    }
  }

  /// Names a file that has no name, unless there is another of that name: linkat(2).
  private static func link(_ file: FileDescriptor?, to path: FilePath) -> Bool {
    guard let file else { return false }
    return unsafe path.withPlatformString {
      unsafe linkat(
        AT_FDCWD, "/proc/self/fd/\(file.rawValue)", AT_FDCWD, $0, AT_SYMLINK_FOLLOW)
    } == 0
  }

  /// Checks that `put` will not fail for want of a directory, or of the right to write to it, when what is
  /// to be put there has been hours of work: access(2).
  package static func checkMayPut(at path: FilePath) throws(Errno) {
    guard let path = try replaced(by: path) else { return }
    let directory = path.removingLastComponent()
    _ = try systemCall {
      unsafe (directory.isEmpty ? "." : directory).withPlatformString {
        unsafe access($0, W_OK | X_OK)
      }
    }
  }

  /// Puts `text` where a path leads to.
  ///
  /// A file is replaced as `replace` does it, behind the link if there is one. What is there and is
  /// no file, such as a pipe, is written to.
  package static func put(_ text: String, at path: FilePath) throws(Errno) {
    if let path = try replaced(by: path) {
      try replace(path, text: text)
    } else {
      try SmallFile.write(text, to: path)
    }
  }

  /// The file that is replaced when something is put at a path, behind a link if there is one; nil where
  /// that is written to.
  private static func replaced(by path: FilePath) throws(Errno) -> FilePath? {
    var status = stat()
    guard unsafe path.withPlatformString({ unsafe stat($0, &status) }) == 0 else { return path }
    guard status.st_mode & S_IFMT == S_IFREG else { return nil }
    return try path.real()
  }
}
