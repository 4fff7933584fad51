internal import Synchronization

/// What has been done so far: for a line of progress, and in the end.
package final class BackupCounters: Sendable {
  private let fileCounter = Atomic<Int>(0)
  private let directoryCounter = Atomic<Int>(0)
  private let unchangedCounter = Atomic<Int>(0)
  private let byteCounter = Atomic<Int>(0)
  private let sentCounter = Atomic<Int>(0)
  private let knownCounter = Atomic<Int>(0)
  private let problemCounter = Atomic<Int>(0)

  package init() {}

  /// Files, links and special files that are in the archive.
  package var files: Int { fileCounter.load(ordering: .relaxed) }
  /// Directories that are in the archive.
  package var directories: Int { directoryCounter.load(ordering: .relaxed) }
  /// Files among `files` that were taken over from the previous archive unread.
  package var unchangedFiles: Int { unchangedCounter.load(ordering: .relaxed) }
  /// Bytes of contents, holes included.
  package var bytes: Int { byteCounter.load(ordering: .relaxed) }
  /// Bytes of blocks that were given to the store.
  package var bytesSent: Int { sentCounter.load(ordering: .relaxed) }
  /// Bytes of contents that the store was known to have, or that are zeros.
  package var bytesKnown: Int { knownCounter.load(ordering: .relaxed) }
  /// Problems told to the observer.
  package var problems: Int { problemCounter.load(ordering: .relaxed) }

  func countFile() { fileCounter.add(1, ordering: .relaxed) }
  func countDirectory() { directoryCounter.add(1, ordering: .relaxed) }
  func countUnchangedFile() { unchangedCounter.add(1, ordering: .relaxed) }
  func count(bytes: Int) { byteCounter.add(bytes, ordering: .relaxed) }
  func count(sent: Int) { sentCounter.add(sent, ordering: .relaxed) }
  func count(known: Int) { knownCounter.add(known, ordering: .relaxed) }
  func countProblem() { problemCounter.add(1, ordering: .relaxed) }
}
