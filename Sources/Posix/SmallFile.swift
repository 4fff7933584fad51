package import SystemPackage

/// Files of the system that are read or written in one go.
package enum SmallFile {
  /// The largest file that is read: more than any table of mounts holds.
  package static let byteLimit = 64 << 20

  /// The contents of `path`.
  ///
  /// - Throws: `Errno.fileTooLarge` for a file over 64 MiB, and what the system says.
  package static func read(_ path: FilePath) throws(Errno) -> [UInt8] {
    try withErrno {
      let file = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
      return try file.closeAfter { try file.readWhole(limit: byteLimit) }
    }
  }

  /// Writes `text` to `path`, which exists.
  package static func write(_ text: String, to path: FilePath) throws(Errno) {
    try withErrno {
      let file = try FileDescriptor.open(path, .writeOnly, options: .closeOnExec)
      _ = try file.closeAfter { try file.writeAll(text.utf8) }
    }
  }
}
