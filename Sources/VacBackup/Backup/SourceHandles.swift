internal import Posix
internal import SystemPackage

/// Handles of the directories that are archived.
package typealias SourceHandles = DirectoryHandles<BackupError>

extension BackupError: DirectoryFailure {}

extension DirectoryHandles<BackupError> {
  /// Files that wait for their turn have those of their directories besides.
  private static var limit: Int { 256 }

  /// - Parameter scratch: where that goes for which memory is not meant to grow.
  package convenience init(_ scratch: Scratch) {
    self.init(limit: Self.limit, scratch) { path throws(BackupError) in
      try calling("open directory") { () throws(Errno) in
        try DirectoryHandle(opening: path.isEmpty ? "." : path)
      }
    } check: { (opened, identity) throws(BackupError) in
      // What is opened again must be what it was before.
      let found = try calling("stat") { () throws(Errno) in try opened.status() }
      guard found.identity == identity else { throw .replaced }
    }
  }
}
