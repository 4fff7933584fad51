internal import Synchronization

/// What has been done so far: for a line of progress, and in the end.
package final class RestoreCounters: Sendable {
  private let fileCounter = Atomic<Int>(0)
  private let directoryCounter = Atomic<Int>(0)
  private let writtenCounter = Atomic<Int>(0)
  private let comparedCounter = Atomic<Int>(0)
  private let problemCounter = Atomic<Int>(0)
  private let setIDCounter = Atomic<Int>(0)
  private let attributeCounter = Atomic<Int>(0)

  package init() {}

  /// Files, links and special files that are done.
  package var files: Int { fileCounter.load(ordering: .relaxed) }
  /// Directories that are done.
  package var directories: Int { directoryCounter.load(ordering: .relaxed) }
  /// Bytes of contents that were written: holes do not count.
  package var bytesWritten: Int { writtenCounter.load(ordering: .relaxed) }
  /// Bytes that were compared, and were as they should be.
  package var bytesUnchanged: Int { comparedCounter.load(ordering: .relaxed) }
  /// Problems told to the observer.
  package var problems: Int { problemCounter.load(ordering: .relaxed) }
  /// Files whose set-id bits were left out, as they belong to somebody else than in the archive.
  package var setIDsLeftOut: Int { setIDCounter.load(ordering: .relaxed) }
  /// Extended attributes left out that only root can set.
  package var attributesLeftOut: Int { attributeCounter.load(ordering: .relaxed) }

  func countFile() { fileCounter.add(1, ordering: .relaxed) }
  func countDirectory() { directoryCounter.add(1, ordering: .relaxed) }
  func count(written: Int) { writtenCounter.add(written, ordering: .relaxed) }
  func count(unchanged: Int) { comparedCounter.add(unchanged, ordering: .relaxed) }
  func countProblem() { problemCounter.add(1, ordering: .relaxed) }
  func countSetIDLeftOut() { setIDCounter.add(1, ordering: .relaxed) }
  func countAttributeLeftOut() { attributeCounter.add(1, ordering: .relaxed) }
}
