package import SystemPackage

extension File {
  /// Where temporary files go: `$TMPDIR`, or else `/var/tmp`, which is on a disk where `/tmp` may be
  /// memory.
  package static var temporaryDirectory: FilePath {
    let named = Environment["TMPDIR"].map { FilePath($0) }
    return named.flatMap { $0.isEmpty ? nil : $0 } ?? "/var/tmp"
  }

  /// Makes an empty file that has no name, and so goes with the program.
  package static func temporary(in directory: FilePath) throws(Errno) -> File {
    if let descriptor = try openUnnamed(in: directory, permissions: 0o600) {
      return File(owning: descriptor)
    }
    // Where the file system knows no such files, it has a name for a moment.
    let path = unusedPath(in: directory)
    let file = File(owning: try create(path, permissions: 0o600))
    try remove(path)
    return file
  }
}
