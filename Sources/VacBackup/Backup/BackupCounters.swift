package import Posix

/// What has been done so far: for a line of progress, and in the end.
package final class BackupCounters: Sendable {
  /// Files, links and special files that are in the archive.
  package let files = Counter()
  /// Directories that are in the archive.
  package let directories = Counter()
  /// Files among `files` that were taken over from the previous archive unread.
  package let unchangedFiles = Counter()
  /// Bytes of contents, holes included.
  package let bytes = Counter()
  /// Bytes of blocks that were given to the store, but for those that it was known to have.
  package let bytesSent = Counter()
  /// Bytes of contents that the store was known to have, or that are zeros.
  package let bytesKnown = Counter()
  /// Problems told to the observer.
  package let problems = Counter()

  package init() {}
}
