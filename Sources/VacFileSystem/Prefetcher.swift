import Fuse
import Posix
import VacArchive
import VentiCore

/// Asks for blocks before anybody reads them, on threads of its own.
///
/// Data never changes, so a wrong guess costs only the transfer; every guess has a limit. What
/// cannot be had is not reported here: whoever reads it will find out.
final class Prefetcher: Sendable {
  /// Files of one directory that are being read one after the other.
  private struct FileRun: Sendable {
    var last: Int
    /// The files before this position have been asked for.
    var asked: Int
  }

  /// How many files are asked for ahead, and how much of each.
  private static let filesAhead = 64
  private static let bytesOfFile = 128 << 10
  /// A reader that skips this many files still reads one after the other.
  private static let skipLimit = 8
  private static let subdirectoryLimit = 128
  private static let directoryLimit = 64

  private let cache: BlockCache
  private let readAhead: ReadAhead
  private let fileRuns = Monitor(LeastRecentlyUsed<UInt64, FileRun>(capacity: directoryLimit))
  // Few threads: they wait for pointer blocks only. A full queue drops guesses, not reads.
  private let workers = WorkerPool("prefetch", threads: 4, queueLimit: 64)

  /// - Parameter cacheBytes: the capacity of `cache`.
  init(cache: BlockCache, cacheBytes: Int) {
    self.cache = cache
    readAhead = ReadAhead(cacheBytes: cacheBytes)
  }

  /// Notes that part of a file is read, and asks for what follows when it is read in order.
  func noteRead(_ range: Range<Int>, of node: NodeID, _ tree: HashTree) {
    let entry = tree.entry
    guard let ahead = readAhead.rangeToAsk(after: range, of: node, size: entry.size) else {
      return
    }
    workers.submit { self.ask(for: ahead, of: entry) }
  }

  /// Notes that a file is read from its beginning, and asks for those that follow it when files
  /// are read in the order of the directory.
  func noteFile(_ file: KnownFile) {
    guard let ahead = positionsToAsk(after: file) else { return }
    let directory = file.directory
    workers.submit {
      let entries = ahead.compactMap { position -> Entry? in
        guard case .stream(let entry) = directory[position].contents else { return nil }
        return entry
      }
      self.cache.prefetch(entries.compactMap(\.top))
      for entry in entries where entry.depth > 0 { self.ask(for: 0..<Self.bytesOfFile, of: entry) }
    }
  }

  /// Asks for what is needed to read the directories in a directory.
  func askForSubdirectories(of directory: Directory) {
    guard directory.subdirectoryCount > 0 else { return }
    workers.submit {
      let positions = (0..<directory.count).lazy
        .filter { directory.kind(at: $0) == .directory }
        .prefix(Self.subdirectoryLimit)
      var tops: [BlockAddress] = []
      for position in positions {
        guard case .directory(let reference) = directory[position].contents else { continue }
        tops += [reference.metadata.top, reference.entries.top].compactMap(\.self)
      }
      self.cache.prefetch(tops)
    }
  }

  private func ask(for range: Range<Int>, of entry: Entry) {
    try? HashTree(entry, in: cache).prefetch(range)
  }

  private func positionsToAsk(after file: KnownFile) -> Range<Int>? {
    let position = file.position
    return fileRuns.withLock { runs in
      let number = file.directory.reference.number
      var run = runs.value(for: number) ?? FileRun(last: .max, asked: 0)
      let isNext = run.last < position && position - run.last <= Self.skipLimit
      run.last = position
      let start = max(run.asked, position + 1)
      let end = min(file.directory.count, position + 1 + Self.filesAhead)
      // Ask again only when half of what was asked for is used up.
      let asks = isNext && start < end && start <= position + 1 + Self.filesAhead / 2
      if asks { run.asked = end }
      if !isNext { run.asked = 0 }
      runs.insert(run, for: number, cost: 1)
      return asks ? start..<end : nil
    }
  }
}
