internal import Posix

extension RestoreError: DirectoryFailure {}

extension DirectoryHandles<RestoreError> {
  /// A batch of files that waits for a thread has those of some directories.
  private static var limit: Int { 128 }

  /// - Parameters:
  ///   - target: the top directory.
  ///   - scratch: where that goes for which memory is not meant to grow.
  convenience init(below target: DirectoryHandle, _ scratch: Scratch) {
    self.init(limit: Self.limit, scratch) { _ in
      target
    } check: { _, _ in
    }
  }
}
