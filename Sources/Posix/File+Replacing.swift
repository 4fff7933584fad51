internal import Glibc
package import SystemPackage

extension File {
  /// Puts a file that holds `text` in the place of another, or makes it: rename(2).
  ///
  /// Whatever happens, a file of that name holds either what it held before, or `text`.
  package static func replace(_ path: FilePath, text: String) throws(Errno) {
    let new = FilePath(path.string + ".new")
    do throws(Errno) {
      try create(new, text: text)
    } catch .fileExists {
      // What a crash left of an earlier attempt.
      try remove(new)
      try create(new, text: text)
    }
    _ = try systemCall {
      unsafe new.withPlatformString { new in
        unsafe path.withPlatformString { unsafe rename(new, $0) }
      }
    }
    let directory = path.removingLastComponent()
    try synchronizeDirectory(directory.isEmpty ? "." : directory)
  }
}
