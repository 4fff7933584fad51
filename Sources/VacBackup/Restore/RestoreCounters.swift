package import Posix

/// What has been done so far: for a line of progress, and in the end.
package final class RestoreCounters: Sendable {
  /// Files, links and special files that are done.
  package let files = Counter()
  /// Directories that are done.
  package let directories = Counter()
  /// Bytes of contents that were written: holes do not count.
  package let bytesWritten = Counter()
  /// Bytes that were compared, and were as they should be.
  package let bytesUnchanged = Counter()
  /// Problems told to the observer.
  package let problems = Counter()
  /// Files whose set-id bits were left out, as they belong to somebody else than in the archive.
  package let setIDsLeftOut = Counter()
  /// Extended attributes left out that only root can set.
  package let attributesLeftOut = Counter()

  package init() {}
}
