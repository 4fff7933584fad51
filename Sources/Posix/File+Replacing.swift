internal import Glibc
package import SystemPackage

extension File {
  /// Puts a file that holds `text` in the place of another, or makes it: rename(2).
  ///
  /// Whatever happens, a file of that name holds either what it held before, or `text`.
  package static func replace(_ path: FilePath, text: String) throws(Errno) {
    let directory = path.removingLastComponent()
    // A name that nobody has: what is there is not ours to remove.
    let new = directory.appending(".vacfs-\(String(UInt64.random(in: 0 ... .max), radix: 16))")
    do throws(Errno) {
      try create(new, text: text)
      _ = try systemCall {
        unsafe new.withPlatformString { new in
          unsafe path.withPlatformString { unsafe rename(new, $0) }
        }
      }
    } catch {
      if error != .fileExists { try? remove(new) }
      throw error
    }
    try synchronizeDirectory(directory.isEmpty ? "." : directory)
  }

  /// Puts `text` where a path leads to.
  ///
  /// A file is replaced as `replace` does it, behind the link if there is one. What is there and is
  /// no file, such as a pipe, is written to.
  package static func put(_ text: String, at path: FilePath) throws(Errno) {
    var status = stat()
    guard unsafe path.withPlatformString({ unsafe stat($0, &status) }) == 0 else {
      return try replace(path, text: text)
    }
    guard status.st_mode & S_IFMT == S_IFREG else { return try SmallFile.write(text, to: path) }
    guard let real = unsafe path.withPlatformString({ unsafe realpath($0, nil) }) else {
      throw Errno(rawValue: errno)
    }
    defer { unsafe free(real) }
    try replace(unsafe FilePath(platformString: real), text: text)
  }
}
