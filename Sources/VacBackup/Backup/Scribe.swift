internal import Posix
internal import VacArchive
internal import VentiCore

/// Writes the directories of an archive, file after file, in the order in which they were walked to.
///
/// Files are stored by others, several at a time; their records wait here until all before them
/// are written. How many wait is limited, so that memory does not grow with the tree.
struct Scribe {
  private enum Event {
    case enter(Level)
    /// A file that is stored by a job.
    case file(SourceFile, qid: UInt64, job: Int, link: Link?)
    /// A file that is in the store.
    case stored(SourceFile, qid: UInt64, StoredFile, link: Link?)
    case ready(FileDescription, Entry)
    case merged(MergedFile, path: [UInt8])
    case leave
  }

  /// A directory whose files are being written, below the top.
  private struct Level {
    let name: [UInt8]
    let status: FileStatus
    let qid: UInt64
    let attributes: [ExtendedAttribute]
  }

  /// Which name of a file with several a name is.
  enum Link {
    case first(LinkTable.Key)
    case later(LinkTable.Key)
  }

  /// Records that wait for those before them.
  private static let windowLimit = 2048

  private(set) var writer: ArchiveWriter
  private let options: BackupOptions
  private let results: StoredFiles
  private let counters: BackupCounters
  private let report: (BackupProblem) -> Void
  private var owners = OwnerNames()
  private var links = LinkTable()
  private var window: [Event] = []
  private var first = 0
  /// The directories from the top's child to the one that is written to.
  private var levels: [Level] = []
  /// Those of them, and the top at depth 0, in which there is a file already: in a deep tree, few.
  private var begun: [(depth: Int, writer: DirectoryWriter)] = []

  init(
    _ writer: ArchiveWriter, _ options: BackupOptions, results: StoredFiles,
    counters: BackupCounters, report: @escaping (BackupProblem) -> Void
  ) {
    self.writer = writer
    self.options = options
    self.results = results
    self.counters = counters
    self.report = report
  }

  /// The number of the next file.
  mutating func nextNumber() -> UInt64 { writer.nextNumber() }

  /// The archive's top-level files, with numbers in this one.
  mutating func merge(
    _ archive: Archive, from source: any BlockSource
  ) throws(ArchiveError) -> MergedFiles {
    try writer.merge(archive, from: source)
  }

  /// The number of a file, and which of its names this is.
  mutating func number(of status: FileStatus) -> (qid: UInt64, link: Link?) {
    guard let key = LinkTable.Key(status) else { return (nextNumber(), nil) }
    if let qid = links.qid(of: key) {
      // To programs that know no links, every name is a file of its own.
      return (options.isClassic ? nextNumber() : qid, .later(key))
    }
    let qid = nextNumber()
    links.add(key, qid: qid, linkCount: status.linkCount)
    return (qid, .first(key))
  }

  // MARK: - What is walked to

  mutating func enter(
    _ file: SourceFile, attributes: [ExtendedAttribute]
  ) throws(BackupError) {
    try add(
      .enter(
        Level(
          name: file.name, status: file.status, qid: nextNumber(), attributes: attributes)))
  }

  mutating func addJob(
    _ number: Int, _ file: SourceFile, qid: UInt64, link: Link?
  ) throws(BackupError) {
    try add(.file(file, qid: qid, job: number, link: link))
  }

  mutating func add(
    _ stored: StoredFile, _ file: SourceFile, qid: UInt64, link: Link?
  ) throws(BackupError) {
    try add(.stored(file, qid: qid, stored, link: link))
  }

  mutating func add(_ description: FileDescription, contents: Entry) throws(BackupError) {
    try add(.ready(description, contents))
  }

  mutating func add(_ file: MergedFile, path: [UInt8]) throws(BackupError) {
    try add(.merged(file, path: path))
  }

  mutating func leave() throws(BackupError) { try add(.leave) }

  /// Writes what is left, once everything has been walked to.
  mutating func finish() throws(BackupError) -> DirectoryStreams {
    while first < window.count { try writeNext() }
    let place = currentPlace()
    return try archiving { () throws(ArchiveError) in try begun[place].writer.finish() }
  }

  private mutating func add(_ event: Event) throws(BackupError) {
    // Where nothing has changed, nothing waits.
    if first == window.count, isReady(event) { return try write(event) }
    window.append(event)
    while first < window.count, window.count - first > Self.windowLimit || results.isHeavy {
      try writeNext()
    }
    while first < window.count, isReady(window[first]) { try writeNext() }
  }

  // MARK: - What is written

  private func isReady(_ event: Event) -> Bool {
    if case .file(_, _, let job, _) = event { results.has(job) } else { true }
  }

  /// Writes the first record of the window, waiting for its file to be stored.
  private mutating func writeNext() throws(BackupError) {
    let event = window[first]
    first += 1
    if first > 64, first * 2 > window.count {
      window.removeFirst(first)
      first = 0
    }
    try write(event)
  }

  private mutating func write(_ event: Event) throws(BackupError) {
    switch event {
    case .enter(let directory): levels.append(directory)
    case .leave: try writeDirectory()
    case .file(let file, let qid, let job, let link):
      try write(file, qid: qid, results.take(job), link)
    case .stored(let file, let qid, let stored, let link): try write(file, qid: qid, stored, link)
    case .ready(let file, let contents): try append(file, contents, path: file.name)
    case .merged(let file, let path): try append(file, path: path)
    }
  }

  private mutating func write(
    _ file: SourceFile, qid: UInt64, _ stored: StoredFile?, _ link: Link?
  ) throws(BackupError) {
    if case .first(let key) = link { links.settle(key, contents: stored?.contents) }
    var contents = stored?.contents
    if case .later(let key) = link { contents = links.takeContents(for: key) }
    // Why it could not be stored has been told.
    guard let stored else { return }
    guard let contents else {
      return report(BackupProblem(path: file.path, error: .originalLost))
    }
    var description = describe(file.name, stored.status, qid: qid)
    description.attributes = stored.attributes
    try append(description, contents, path: file.path)
  }

  private mutating func append(
    _ file: FileDescription, _ contents: Entry, path: @autoclosure () -> [UInt8]
  ) throws(BackupError) {
    let place = currentPlace()
    try Self.storing(path(), report) { () throws(ArchiveError) in
      try begun[place].writer.append(file, contents: contents)
      counters.files.add()
    }
  }

  private mutating func append(_ file: MergedFile, path: [UInt8]) throws(BackupError) {
    let place = currentPlace()
    try Self.storing(path, report) { () throws(ArchiveError) in
      try begun[place].writer.append(file)
      counters.files.add()
    }
  }

  private mutating func writeDirectory() throws(BackupError) {
    _ = currentPlace()
    guard let level = levels.popLast(), var writer = begun.popLast()?.writer else { return }
    var file = describe(level.name, level.status, qid: level.qid)
    file.attributes = level.attributes
    let place = currentPlace()
    try Self.storing(level.name, report) { () throws(ArchiveError) in
      try begun[place].writer.append(file, contents: writer.finish())
      counters.directories.add()
    }
  }

  /// The place in `begun` of the directory that is written to.
  private mutating func currentPlace() -> Int {
    if begun.last?.depth != levels.count {
      begun.append((levels.count, writer.makeDirectory()))
    }
    return begun.count - 1
  }

  /// Writes a record; what an archive cannot hold costs only the file.
  private static func storing(
    _ path: @autoclosure () -> [UInt8], _ report: (BackupProblem) -> Void,
    _ body: () throws(ArchiveError) -> Void
  ) throws(BackupError) {
    do throws(ArchiveError) {
      try body()
    } catch {
      let failure = BackupError.archive(error)
      if failure.endsEverything { throw failure }
      report(BackupProblem(path: path(), error: failure))
    }
  }

  private mutating func describe(
    _ name: [UInt8], _ status: FileStatus, qid: UInt64
  ) -> FileDescription {
    var file = FileDescription(
      name: name, kind: status.archiveKind, permissions: status.permissions,
      modified: FileTime(status.modified), qid: qid)
    file.owner = owners.user(status.user)
    file.group = owners.group(status.group)
    file.ownerNumbers = UnixMetadata.Owner(user: status.user, group: status.group)
    file.changed = FileTime(status.changed)
    if options.storesAccessTimes { file.accessed = FileTime(status.accessed) }
    file.device = status.device
    if status.kind != .directory { file.linkCount = Int(clamping: status.linkCount) }
    return file
  }
}
