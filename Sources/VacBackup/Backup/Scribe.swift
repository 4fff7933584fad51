internal import Posix
internal import VacArchive
internal import VentiCore

/// Writes the directories of an archive, file after file, in the order in which they were walked to.
///
/// Files are stored by others, several at a time; their records wait here until all before them
/// are written. How many wait is limited, so that memory does not grow with the tree.
struct Scribe {
  private enum Event {
    case enter(WrittenDirectory)
    /// A file that is stored by a job.
    case file(SourceFile, qid: UInt64, job: Int, link: Link?)
    /// A file that is in the store.
    case stored(SourceFile, qid: UInt64, StoredFile, link: Link?)
    // Apart, since these are large, and rare.
    indirect case ready(FileDescription, Entry)
    indirect case merged(MergedFile, path: [UInt8])
    case leave
  }

  /// Which name of a file with several a name is.
  enum Link {
    case first(LinkTable.File)
    case later(LinkTable.File)
  }

  /// Records that wait for those before them.
  private static let windowLimit = 2048

  private(set) var writer: ArchiveWriter
  private let options: BackupOptions
  private let results: StoredFiles
  private let counters: BackupCounters
  private let report: (BackupProblem) -> Void
  private var owners = OwnerNames()
  private var links: LinkTable
  private var window: [Event] = []
  private var first = 0
  /// The directories from the top's child to the one that is written to.
  private var levels: DeepStack<WrittenDirectory>
  /// Those of them, and the top at depth 0, in which there is a file already.
  private var begun: DeepStack<(depth: Int, writer: DirectoryWriter)>

  init(
    _ writer: ArchiveWriter, _ options: BackupOptions, results: StoredFiles,
    counters: BackupCounters, report: @escaping (BackupProblem) -> Void
  ) {
    self.writer = writer
    self.options = options
    self.results = results
    self.counters = counters
    self.report = report
    links = LinkTable(options.scratch)
    levels = DeepStack(
      options.scratch, limit: options.scratch.depthLimit, encode: \.bytes,
      decode: { bytes throws(FormatError) in try WrittenDirectory(parsing: bytes) })
    begun = DeepStack(
      options.scratch, limit: options.scratch.depthLimit / 2,
      encode: { (depth, directory) in
        var writer = ByteWriter(capacity: 20_000)
        writer.uint64(UInt64(depth))
        directory.suspend(to: &writer)
        return writer.bytes
      },
      decode: { bytes throws(FormatError) in
        var reader = ByteReader(Block(bytes).bytes, of: "directory")
        let depth = try reader.uint64()
        var directory = writer.makeDirectory()
        try directory.resume(&reader)
        return (Int(clamping: depth), directory)
      })
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
  mutating func number(
    of status: FileStatus
  ) throws(BackupError) -> (qid: UInt64, link: Link?) {
    guard let key = LinkTable.Key(status) else { return (nextNumber(), nil) }
    let file = try settingAside { () throws(ScratchError) in
      try links.file(key, linkCount: status.linkCount) { writer.nextNumber() }
    }
    guard file.isKnown else { return (file.qid, .first(file)) }
    // To programs that know no links, every name is a file of its own.
    return (options.isClassic ? nextNumber() : file.qid, .later(file))
  }

  // MARK: - What is walked to

  mutating func enter(
    _ file: SourceFile, attributes: [ExtendedAttribute]
  ) throws(BackupError) {
    try add(
      .enter(
        WrittenDirectory(
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

  /// Adds a file of one name that the previous archive records as it would be written now, and that
  /// nothing waits for: the way of nearly all files of a tree that has hardly changed.
  ///
  /// - Returns: the stream of its contents; nil when this is not so.
  mutating func add(
    _ file: SourceFile, ifUnchangedSince previous: inout PreviousTree
  ) throws(BackupError) -> Entry? {
    guard first == window.count, file.status.linkCount == 1 else { return nil }
    try begin()
    let description = describe(file.name, file.status, qid: writer.numbers.unused)
    let layout = options.layout
    do throws(ArchiveError) {
      let contents = try begun.last.writer.append(description) { record in
        guard let stream = previous.takeStream(ofRecord: record),
          stream.mayHold(file.status, layout: layout)
        else { return nil }
        return stream
      }
      guard let contents else { return nil }
      _ = nextNumber()
      counters.files.add()
      return contents
    } catch {
      let failure = BackupError.archive(error)
      if failure.endsEverything { throw failure }
      return nil
    }
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
    try begin()
    return try archiving { () throws(ArchiveError) in try begun.last.writer.finish() }
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
    case .enter(let directory):
      try settingAside { () throws(ScratchError) in try levels.push(directory) }
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
    let contents = try settingAside { () throws(ScratchError) -> Entry? in
      switch link {
      case .later(let file): return try links.takeContents(for: file)
      case .first(let file): try links.settle(file, contents: stored?.contents)
      case nil: break
      }
      return stored?.contents
    }
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
    try begin()
    try Self.storing(path(), report) { () throws(ArchiveError) in
      try begun.last.writer.append(file, contents: contents)
      counters.files.add()
    }
  }

  private mutating func append(_ file: MergedFile, path: [UInt8]) throws(BackupError) {
    try begin()
    try Self.storing(path, report) { () throws(ArchiveError) in
      try begun.last.writer.append(file)
      counters.files.add()
    }
  }

  private mutating func writeDirectory() throws(BackupError) {
    try begin()
    let (level, begun) = try settingAside { () throws(ScratchError) in
      (try levels.pop(), try self.begun.pop())
    }
    guard let level, var writer = begun?.writer else { return }
    var file = describe(level.name, level.status, qid: level.qid)
    file.attributes = level.attributes
    try begin()
    try Self.storing(level.name, report) { () throws(ArchiveError) in
      try self.begun.last.writer.append(file, contents: writer.finish())
      counters.directories.add()
    }
  }

  /// Has the directory at hand that is written to.
  private mutating func begin() throws(BackupError) {
    guard begun.count == 0 || begun.last.depth != levels.count else { return }
    try settingAside { () throws(ScratchError) in
      try begun.push((levels.count, writer.makeDirectory()))
    }
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
