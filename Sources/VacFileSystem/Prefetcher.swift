import Fuse
import Posix
import VacArchive
import VentiCore

/// Asks for blocks before anybody reads them, on threads of its own.
///
/// Data never changes, so a wrong guess costs only the transfer; every guess has a limit. What
/// cannot be had is not reported here: whoever reads it will find out.
final class Prefetcher: Sendable {
  private static let subdirectoryLimit = 128
  private static let specialLimit = 1024
  /// Files and directories that one job looks at.
  private static let stepLimit = 4096
  /// How long a job waits for a directory.
  private static let patienceSeconds = 30.0
  /// What one reader has asked for ahead: of the cache, and at most.
  private static let cacheShare = 4
  private static let localWindow = 1 << 20
  private static let remoteWindow = 16 << 20

  private let cache: BlockCache
  private let source: any BlockSource
  private let isLocal: Bool
  private let directories: DirectoryCache
  private let readAhead: ReadAhead
  private let walkAhead: WalkAhead
  // Few threads: they wait for directories and pointer blocks only. A full queue drops guesses,
  // not reads.
  private let workers = WorkerPool("prefetch", threads: 8, queueLimit: 64)

  /// - Parameters:
  ///   - cacheBytes: the capacity of `cache`.
  ///   - isLocal: whether blocks are at hand, so that a little is asked for only.
  init(cache: BlockCache, cacheBytes: Int, directories: DirectoryCache, isLocal: Bool) {
    self.cache = cache
    self.isLocal = isLocal
    source = isLocal ? cache.unhurried : cache
    self.directories = directories
    readAhead = ReadAhead(cacheBytes: cacheBytes)
    walkAhead = WalkAhead(
      windowLimit: min(cacheBytes / Self.cacheShare, isLocal ? Self.localWindow : Self.remoteWindow)
    )
  }

  /// Notes that part of a file is read, and asks for what follows when it is read in order.
  func noteRead(_ range: Range<Int>, of node: NodeID, _ entry: Entry) {
    guard let ahead = readAhead.rangeToAsk(after: range, of: node, size: entry.size) else {
      return
    }
    workers.submit { self.ask(for: ahead, of: entry) }
  }

  /// Notes that a file is read from its beginning, and asks for those that follow it when files
  /// are read one after the other.
  ///
  /// - Parameter directories: the directories above the file's own, and the place of the way to
  ///   the file in each; the root first.
  func noteFile(_ file: KnownFile, above directories: () -> [KnownFile]) {
    let reading = WalkAhead.Reading(
      number: file.directory.number(at: file.position),
      directory: file.directory.reference.number, position: file.position)
    let ahead = walkAhead.note(reading) {
      var cursor = WalkCursor()
      for place in directories() + [file] {
        cursor.enter(place.directory, at: place.position + 1)
      }
      return cursor
    }
    guard let ahead else { return }
    if !workers.submit({ self.extend(ahead) }) { walkAhead.finish(ahead) }
  }

  /// Notes that a directory is listed: those in it are likely to be next, and `stat` of links and
  /// devices needs what they hold.
  func noteListing(of directory: Directory) {
    workers.submit {
      let below = directory.subdirectories(limit: Self.subdirectoryLimit)
      self.cache.prefetch(below.flatMap(\.tops) + directory.specialFiles(limit: Self.specialLimit))
      for reference in below {
        guard let loaded = self.load(reference) else { continue }
        let inIt = loaded.subdirectories(limit: Self.subdirectoryLimit)
        self.cache.prefetch(inIt.flatMap(\.tops))
      }
    }
  }

  /// Asks for the files that a run comes to.
  private func extend(_ ahead: WalkAhead.Extension) {
    var ahead = ahead
    var files: [WalkCursor.File] = []
    for _ in 0..<Self.stepLimit {
      guard ahead.byteCount > 0, let step = ahead.cursor.next() else { break }
      switch step {
      case .file(let file):
        files.append(file)
        ahead.byteCount -= WalkAhead.cost(of: file)
      case .directory(let reference):
        // Reading it may take a while, in which what is known already can be on its way.
        ask(for: &files, in: ahead.run)
        if let directory = load(reference) { ahead.cursor.enter(directory, at: 0) }
      case .other: break
      }
    }
    ask(for: &files, in: ahead.run)
    walkAhead.finish(ahead)
  }

  private func ask(for files: inout [WalkCursor.File], in run: WalkAhead.RunNumber) {
    for file in files { walkAhead.expect(file, in: run) }
    let entries = files.map(\.entry)
    files = []
    if isLocal { return read(entries) }
    cache.prefetch(entries.compactMap(\.top))
    let trees = entries.filter { $0.depth > 0 }
    guard !trees.isEmpty else { return }
    workers.submit { for tree in trees { self.ask(for: 0..<WalkAhead.bytesOfFile, of: tree) } }
  }

  /// Reads files whose blocks are at hand, one block after the other.
  ///
  /// No other thread has to be woken for them, and a reader who catches up finds what is still to
  /// be read untouched, and reads it himself.
  private func read(_ entries: [Entry]) {
    for entry in entries {
      _ = try? HashTree(entry, in: source).slices(in: 0..<WalkAhead.bytesOfFile)
    }
  }

  private func ask(for range: Range<Int>, of entry: Entry) {
    try? HashTree(entry, in: cache).prefetch(range)
  }

  private func load(_ reference: DirectoryReference) -> Directory? {
    try? directories.directory(
      reference, from: source, until: .after(seconds: Self.patienceSeconds))
  }
}

extension DirectoryReference {
  /// The blocks without which nothing of the directory can be read.
  fileprivate var tops: [BlockAddress] { [metadata.top, entries.top].compactMap(\.self) }
}

extension Directory {
  /// The first directories in this one.
  fileprivate func subdirectories(limit: Int) -> [DirectoryReference] {
    (0..<count).lazy.filter { self.kind(at: $0) == .directory }.prefix(limit).compactMap {
      if case .directory(let reference) = self[$0].contents { reference } else { nil }
    }
  }

  /// The blocks of the first links and devices.
  fileprivate func specialFiles(limit: Int) -> [BlockAddress] {
    (0..<count).lazy.filter { [.link, .device].contains(self.kind(at: $0)) }.prefix(limit)
      .compactMap {
        if case .stream(let entry) = self[$0].contents { entry.top } else { nil }
      }
  }
}
