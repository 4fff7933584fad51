package import Posix
internal import SystemPackage
package import VacArchive
package import VentiCore

/// Stores files as an archive.
///
/// The thread that runs it walks the tree and writes the records; others read files and store
/// their blocks, several at a time. What the archive's score is depends on the tree and the
/// options, and on nothing else: not on the threads, the store, or a previous archive. Memory
/// does not grow with the files, nor with their size.
package final class Backup: Sendable {
  /// Files that wait for a thread.
  private static let queueLimit = 256

  /// An older archive of the same tree, in the same store.
  package struct Previous: Sendable {
    /// The archive.
    package let score: ArchiveScore?
    /// Its directory that corresponds to the new archive's top directory, where there is one.
    package let directory: DirectoryReference?

    package init(score: ArchiveScore, directory: DirectoryReference) {
      self.score = score
      self.directory = directory
    }

    fileprivate init(_ days: DayTree) {
      score = days.score
      directory = days.recent?.directory
    }
  }

  /// What has been done so far.
  package let counters: BackupCounters

  private let source: BackupSource
  private let observer: BackupObserver
  private let previous: Previous?
  private let days: DayTree?
  private let store: BackupStore
  /// Files that change as the store is written to.
  private let storeFiles: [FileStatus.Identity]
  private let damage: PreviousDamage
  /// Why there will be no archive.
  private let ending = Monitor<BackupProblem?>(nil)

  /// - Parameters:
  ///   - store: gets the blocks, from many threads; the previous archive is read from it.
  ///   - storeFiles: change as the store is written to, and are left out: they would grow by all that is
  ///     stored of them.
  ///   - days: the days that this one is added to; the most recent is the previous archive then.
  package init(
    _ source: BackupSource, to store: any BlockStore,
    leavingOut storeFiles: [FileStatus.Identity] = [], previous: Previous? = nil,
    days: DayTree? = nil, observer: BackupObserver
  ) {
    self.source = source
    self.storeFiles = storeFiles
    self.observer = observer
    self.previous = days.map(Previous.init) ?? previous
    self.days = days
    counters = BackupCounters()
    damage = PreviousDamage(observer.previousDamage)
    self.store = BackupStore(store, counters: counters)
  }

  /// Makes the archive.
  ///
  /// - Returns: its score, once the store has everything for good.
  /// - Throws: why there is none. What else is wrong is told to the observer.
  package func run() throws(BackupProblem) -> ArchiveScore {
    let storer = FileStorer(
      options, store: store, damage: damage,
      report: { [self] in report($0) },
      isEnding: { [self] in isEnding })
    let crew = Crew<StoreJob, BackupError>(
      "store", threads: options.threadCount, queueLimit: Self.queueLimit
    ) { job, crew in storer.perform(job, with: crew) }
    defer { crew.finish() }
    let result = Result { () throws(BackupError) in try write(storer, crew) }
    if case .failure(let error) = result { end(BackupProblem(path: [], error: error)) }
    if let problem = ending.withLock({ $0 }) { throw problem }
    do throws(BackupError) {
      return try result.get()
    } catch {
      throw BackupProblem(path: [], error: error)
    }
  }

  /// Ends the backup soon; there will be no archive.
  package func cancel() {
    end(BackupProblem(path: [], error: .interrupted))
  }

  /// Bytes that the files have now, found by a walk of its own: to tell how long a backup takes.
  ///
  /// - Returns: nil when the backup ends first.
  package func countBytes() -> Int? {
    var walk = source.walkToCount()
    var count = 0
    while let step = walk.next(merge: { _, _ in nil }) {
      if isEnding { return nil }
      if case .file(let file, _) = step, file.status.kind == .file, !isOfStore(file) {
        count = count.addingReportingOverflow(file.status.size).partialValue
      }
    }
    return count
  }

  private var options: BackupOptions { source.options }

  /// Whether a file holds the store.
  private func isOfStore(_ file: SourceFile) -> Bool {
    file.status.kind == .file && storeFiles.contains(file.status.identity)
  }

  // MARK: - Walking

  private func write(
    _ storer: FileStorer, _ crew: Crew<StoreJob, BackupError>
  ) throws(BackupError) -> ArchiveScore {
    var writer = ArchiveWriter(to: store, layout: options.layout, isClassic: options.isClassic)
    // The day's own.
    if days != nil { _ = writer.nextNumber() }
    var scribe = Scribe(
      writer, options, results: storer.results, counters: counters,
      report: { [self] in report($0) })
    var steps = source.steps { merge($1, in: $0, into: &scribe) }
    defer { steps.abandon() }
    var old = try settingAside { () throws(ScratchError) in
      try PreviousTree(previous?.directory, in: store, options.scratch, damage: damage)
    }
    var jobs = JobDispatcher(crew: crew, results: storer.results, store: store)
    while let step = steps.next(merge: { merge($1, in: $0, into: &scribe) }) {
      if isEnding { throw .interrupted }
      switch step {
      case .enter(let file, let attributes):
        observer.event?(file.path, .directory)
        try settingAside { () throws(ScratchError) in try old.enter(file.name) }
        try scribe.enter(file, attributes: attributes)
      case .file(let file, _) where isOfStore(file): observer.event?(file.path, .fileOfStore)
      case .file(let file, let directory):
        observer.event?(file.path, .file)
        try add(file, in: directory, &old, to: &scribe, &jobs)
      case .merged(let file, let path): try scribe.add(file, path: path)
      case .standardInput(let name):
        observer.event?(name, .file)
        try addStandardInput(name, storer, to: &scribe)
      case .leave:
        try settingAside { () throws(ScratchError) in try old.leave() }
        try scribe.leave()
      case .excluded(let file):
        observer.exclusion?(file.path, file.status.kind == .directory)
      case .fault(let problem): report(problem)
      }
    }
    let contents = try scribe.finish()
    if isEnding { throw .interrupted }
    // A name that is mistyped must not put an empty archive in the place of a backup.
    if contents.metadata.size == 0, counters.problems.count > 0 { throw .nothingRead }
    return try archiving { () throws(ArchiveError) in
      let top = try days?.finish(contents, scribe.writer) ?? contents
      return try scribe.writer.finish(top: top, previous: previous?.score)
    }
  }

  private func add(
    _ file: SourceFile, in directory: DirectoryHandle, _ previous: inout PreviousTree,
    to scribe: inout Scribe, _ jobs: inout JobDispatcher
  ) throws(BackupError) {
    if options.skipsUnchanged, let contents = try scribe.add(file, ifUnchangedSince: &previous) {
      counters.unchangedFiles.add()
      store.count(hole: contents.size)
    } else {
      try add(file, in: directory, previous.item(named: file.name), to: &scribe, &jobs)
    }
  }

  /// - Parameter old: the file of the same path in the previous archive.
  private func add(
    _ file: SourceFile, in directory: DirectoryHandle, _ old: Item?, to scribe: inout Scribe,
    _ jobs: inout JobDispatcher
  ) throws(BackupError) {
    let (qid, link) = try scribe.number(of: file.status)
    let unchanged =
      options.skipsUnchanged ? old?.contents(ifUnchanged: file.status, layout: options.layout) : nil
    if unchanged != nil { counters.unchangedFiles.add() }
    if case .later = link {
      return try scribe.addJob(
        jobs.submit(file, in: directory, .attributes(nil)), file, qid: qid, link: link)
    }
    guard let old, let contents = unchanged else {
      if options.skipsUnchanged { observer.event?(file.path, .read) }
      return try scribe.addJob(
        jobs.submit(file, in: directory, .everything, old), file, qid: qid, link: link)
    }
    store.count(hole: contents.size)
    guard old.hasSameInode(file.status),
      let attributes = options.storesAttributes ? try? old.extendedAttributes(in: store) : []
    else {
      return try scribe.addJob(
        jobs.submit(file, in: directory, .attributes(contents)), file, qid: qid, link: link)
    }
    let stored = StoredFile(contents: contents, status: file.status, attributes: attributes)
    try scribe.add(stored, file, qid: qid, link: link)
  }

  private func addStandardInput(
    _ name: [UInt8], _ storer: FileStorer, to scribe: inout Scribe
  ) throws(BackupError) {
    let now = FileTime(seconds: Int64(WallClock.seconds))
    var file = FileDescription(
      name: name, kind: .file, permissions: 0o666, modified: now, qid: scribe.nextNumber())
    (file.owner, file.group) = (Array("vac".utf8), Array("vac".utf8))
    try scribe.add(file, contents: storer.storeStandardInput())
  }

  /// Makes the files of an archive ready that the file of this name names.
  private func merge(
    _ name: [UInt8], in directory: TreeDirectory, into scribe: inout Scribe
  ) -> MergedFiles? {
    let limit = ArchiveScore.fileByteLimit
    guard let file = try? source.handles.handle(of: directory).fileToArchive(name),
      let size = try? file.size(), size <= limit,
      let text = try? Block(
        capacity: limit,
        fill: { output throws(Errno) in try file.read(limit, at: 0, into: &output) }),
      let score = try? ArchiveScore(parsingFile: text.array),
      let archive = try? Archive(opening: score, in: store),
      let files = try? scribe.merge(archive, from: store)
    else { return nil }
    observer.event?(directory.path(to: name), .merged)
    return files
  }

  // MARK: - Problems

  private var isEnding: Bool {
    // Asked for each file: not by a copy of the problem.
    ending.withLock { if case .some = $0 { true } else { false } }
  }

  /// Tells the observer what is wrong with a file; ends the backup when there can be no archive.
  private func report(_ problem: BackupProblem) {
    if problem.error.endsEverything {
      end(problem)
    } else {
      counters.problems.add()
      observer.problem(problem)
    }
  }

  private func end(_ problem: BackupProblem) {
    ending.withLock { $0 = $0 ?? problem }
    source.handles.abandon()
  }
}

/// Numbers jobs, and hands them to the crew.
private struct JobDispatcher {
  private let crew: Crew<StoreJob, BackupError>
  private let results: StoredFiles
  private let store: BackupStore
  private var count = 0

  init(crew: Crew<StoreJob, BackupError>, results: StoredFiles, store: BackupStore) {
    self.crew = crew
    self.results = results
    self.store = store
  }

  mutating func submit(
    _ file: SourceFile, in directory: DirectoryHandle, _ work: StoreJob.Work, _ old: Item? = nil
  ) -> Int {
    let number = count
    count += 1
    var previous: Entry?
    if case .stream(let entry) = old?.contents {
      previous = entry
      // What the file's leaves were is told by its pointer blocks.
      if entry.depth > 0, let top = entry.top { store.prefetch([top]) }
    }
    crew.add(
      StoreJob(number: number, file: file, directory: directory, work: work, previous: previous))
    return number
  }
}
