package import Fuse
import Posix
import VentiCore

/// Notices which files are read from front to back, and says what will be read next.
///
/// The kernel reads ahead as well, but only a little and within one file. Over a network the
/// time that a request is under way costs more than the request, so the window grows until much
/// is under way at once.
package final class ReadAhead: Sendable {
  /// A file that is being read from front to back.
  private struct Run: Sendable {
    /// Where the next read begins if it goes on.
    var next: Int
    /// Everything before has been asked for.
    var asked: Int
    var window: Int
  }

  /// The kernel's requests of one file can come out of order by about this much.
  private static let tolerance = 1 << 20
  private static let firstWindow = 256 << 10
  /// Files that are read at the same time; a file beyond them only starts again with a small
  /// window.
  private static let runLimit = 256

  private let windowLimit: Int
  private let runs = Monitor(LeastRecentlyUsed<NodeID, Run>(capacity: runLimit))

  /// - Parameter cacheBytes: what the cache holds; no file takes more than a quarter of it.
  package init(cacheBytes: Int) {
    windowLimit = min(8 << 20, max(Self.firstWindow, cacheBytes / 4))
  }

  /// Notes a read, and returns what should be asked for now: nothing for most reads.
  package func rangeToAsk(after read: Range<Int>, of node: NodeID, size: Int) -> Range<Int>? {
    if read.lowerBound == 0, read.upperBound >= size { return nil }
    return runs.withLock { runs in
      var run = runs.value(for: node) ?? Run(next: 0, asked: 0, window: Self.firstWindow)
      let isSequential = abs(read.lowerBound - run.next) <= Self.tolerance
      if !isSequential { run = Run(next: 0, asked: 0, window: Self.firstWindow) }
      run.next = isSequential ? max(run.next, read.upperBound) : read.upperBound
      defer { runs.insert(run, for: node, cost: 1) }
      guard isSequential else { return nil }
      // Ask again only when half of the window is used up, in large pieces.
      guard run.asked < min(size, run.next + run.window / 2) else { return nil }
      let start = max(run.asked, run.next)
      let end = min(size, run.next + run.window)
      run.asked = end
      run.window = min(run.window * 2, windowLimit)
      return start < end ? start..<end : nil
    }
  }
}
