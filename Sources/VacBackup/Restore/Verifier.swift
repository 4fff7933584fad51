package import Posix
internal import SystemPackage
package import VacArchive
package import VentiCore

/// Compares the files of a directory with those of an archive, and changes nothing.
package final class Verifier: Sendable {
  /// Batches of files that wait for a thread.
  private static let queueLimit = 16

  /// Neighbours that one thread compares.
  private struct Batch: Sendable {
    private(set) var jobs: [Job] = []
    /// Where the first of them is: in a deep tree others may be opened meanwhile that are far away.
    private(set) var handle: DirectoryHandle?
    private var byteCount = 0

    var isFull: Bool { jobs.count >= 32 || byteCount >= SmallFiles.byteLimit }

    mutating func add(_ job: Job, in handles: DirectoryHandles<RestoreError>) {
      if jobs.isEmpty { handle = try? handles.handle(of: job.directory) }
      jobs.append(job)
      byteCount += job.item.size
    }

    mutating func take() -> Batch {
      defer { self = Batch() }
      return self
    }
  }

  private struct Job: Sendable {
    let directory: TreeDirectory
    let item: Item
    let status: FileStatus

    var path: [UInt8] { directory.path(to: item.name) }
  }

  /// What has been compared so far.
  package let counters = RestoreCounters()

  private let archive: Archive
  let source: any BlockSource
  let options: RestoreOptions
  private let observer: RestoreObserver
  let differ: @Sendable (_ path: [UInt8], Difference) -> Void
  private let attributes: AttributeComparison
  let handles: DirectoryHandles<RestoreError>
  private let log: DirectoryLog
  private let links: Monitor<LinkComparison>
  private let ending = Monitor<RestoreProblem?>(nil)

  /// - Parameters:
  ///   - options: what a restore would set is compared.
  ///   - observer: takes what cannot be compared.
  ///   - differ: takes what differs. Called from any thread.
  package init(
    _ archive: Archive, in source: any BlockSource, with target: DirectoryHandle,
    options: RestoreOptions, observer: RestoreObserver,
    differ: @escaping @Sendable (_ path: [UInt8], Difference) -> Void
  ) {
    self.archive = archive
    self.source = source
    self.options = options
    self.observer = observer
    self.differ = differ
    attributes = AttributeComparison(options, source: source)
    handles = DirectoryHandles(below: target, options.scratch)
    log = DirectoryLog(options.scratch)
    links = Monitor(LinkComparison(log, options.scratch))
  }

  /// Compares what is selected.
  ///
  /// - Returns: the paths of the selection that are not in the archive.
  package func run(_ selection: Selection = Selection()) throws(RestoreProblem) -> [[UInt8]] {
    let crew = Crew<Batch, RestoreError>(
      "verify", threads: options.threadCount, queueLimit: Self.queueLimit
    ) { [self] batch, _ in
      if options.readsAhead { SmallFiles.askAhead(batch.jobs.map(\.item), in: source) }
      compare(batch)
    }
    let result = Result { () throws(RestoreError) in try walk(selection, crew) }
    crew.finish()
    if let problem = ending.withLock({ $0 }) { throw problem }
    do throws(RestoreError) {
      return try result.get()
    } catch {
      throw RestoreProblem(path: [], error: error)
    }
  }

  private func walk(
    _ selection: Selection, _ crew: Crew<Batch, RestoreError>
  ) throws(RestoreError) -> [[UInt8]] {
    var walk = try ArchiveWalk(
      archive, in: source, selection: selection, order: .numbers,
      asksForFiles: options.readsAhead, scratch: options.scratch)
    var lastID = 0
    var directory = TreeDirectory(id: 0, path: "")
    var batch = Batch()
    var names = OpenNames(options.scratch)
    try names.push(
      selection.top.isWhole
        ? self.names(in: directory, of: archive.directory, beside: names) : nil)
    while !isEnding, let step = try walk.next() {
      switch step {
      case .enter(let item):
        observer.file?(walk.path.bytes, true)
        names.remove(item.name)
        lastID += 1
        guard let entered = try enter(item, id: lastID, in: directory) else {
          try walk.skipDirectory()
          continue
        }
        directory = entered
        try names.push(
          walk.isWholeDirectory
            ? self.names(in: entered, of: item.directory, beside: names) : nil)
      case .file(let item):
        observer.file?(walk.path.bytes, false)
        names.remove(item.name)
        guard let status = status(of: item, in: directory) else { continue }
        batch.add(Job(directory: directory, item: item, status: status), in: handles)
        if batch.isFull { crew.add(batch.take()) }
      case .leave:
        let left = try names.pop()
        if walk.wasComplete { tell(left, in: directory) }
        if let above = try handles.climb(from: directory) { directory = above }
      case .fault(let error):
        report(error, at: walk.path.bytes)
      }
    }
    crew.add(batch.take())
    if !isEnding, walk.wasComplete { tell(try names.pop(), in: directory) }
    return walk.missing
  }

  // MARK: - Directories

  private func enter(
    _ item: Item, id: Int, in parent: TreeDirectory
  ) throws(RestoreError) -> TreeDirectory? {
    guard let status = status(of: item, in: parent) else { return nil }
    compareAttributes(Job(directory: parent, item: item, status: status))
    counters.directories.add()
    let directory = try keeping { () throws(ScratchError) in
      try log.directory(item.name, in: parent, id: id, identity: status.identity)
    }
    do throws(RestoreError) {
      _ = try handles.handle(of: directory)
      return directory
    } catch {
      report(error, at: directory.path)
      return nil
    }
  }

  /// What is where a file should be; nil, and a difference, unless it is of the same kind.
  private func status(of item: Item, in directory: TreeDirectory) -> FileStatus? {
    do throws(RestoreError) {
      let handle = try handles.handle(of: directory)
      let status = try find(item.name, in: handle)
      guard let status else {
        differ(directory.path(to: item.name), .missing)
        return nil
      }
      guard status.kind.matches(item.kind) else {
        differ(directory.path(to: item.name), .kind(found: status.kind))
        return nil
      }
      return status
    } catch {
      report(error, at: directory.path(to: item.name))
      return nil
    }
  }

  private func find(
    _ name: [UInt8], in directory: DirectoryHandle
  ) throws(RestoreError) -> FileStatus? {
    do throws(Errno) {
      return try directory.status(of: name)
    } catch .noSuchFileOrDirectory {
      return nil
    } catch {
      throw .system("stat", error)
    }
  }

  // MARK: - Files

  private func compare(_ batch: Batch) {
    guard var last = batch.jobs.first?.directory else { return }
    handles.keep(batch.handle, of: last)
    for job in batch.jobs {
      // Who cannot open it tells.
      _ = try? handles.handle(of: job.directory, near: last)
      last = job.directory
      compare(job)
    }
  }

  private func compare(_ job: Job) {
    guard !isEnding else { return }
    // Paths are made where there is something to tell: in a deep tree they are long.
    compareAttributes(job)
    do throws(RestoreError) {
      if let original = try original(of: job) { differ(job.path, .notLinked(to: original)) }
      if let difference = try contentDifference(job) { differ(job.path, difference) }
    } catch {
      report(error, at: job.path)
    }
    counters.files.add()
  }

  private func compareAttributes(_ job: Job) {
    for difference in attributes.differences(job.item, job.status) { differ(job.path, difference) }
    do throws(RestoreError) {
      let handle = try handles.handle(of: job.directory)
      let differences = try attributes.attributeDifferences(
        job.item, job.item.name, in: handle)
      for difference in differences { differ(job.path, difference) }
    } catch {
      report(error, at: job.path)
    }
  }

  /// The path of a name that should be the same file's, and is not.
  private func original(of job: Job) throws(RestoreError) -> [UInt8]? {
    guard let key = HardLinks.Key(job.item) else { return nil }
    return try keeping { () throws(ScratchError) in
      try links.withLock { links throws(ScratchError) in
        try links.add(
          key, job.status.identity, job.item.name, in: job.directory, of: job.item.linkCount)
      }
    }
  }

  private func contentDifference(_ job: Job) throws(RestoreError) -> Difference? {
    switch job.item.kind {
    case .file: return try fileDifference(job)
    case .link: return try targetDifference(job)
    case .device: return try deviceDifference(job)
    case .pipe, .socket, .directory: return nil
    }
  }

  private func fileDifference(_ job: Job) throws(RestoreError) -> Difference? {
    let entry = try job.item.stream
    guard job.status.size == entry.size else {
      return .size(found: job.status.size, archived: entry.size)
    }
    let handle = try handles.handle(of: job.directory)
    let file = try attempt("open") { () throws(Errno) in
      try handle.file(job.item.name, for: .readOnly)
    }
    let contents = try Contents(of: entry, in: source, readsAhead: options.readsAhead)
    let comparison = FileComparison(contents: contents, file: file)
    guard let offset = try comparison.firstDifference() else {
      counters.bytesUnchanged.add(entry.size)
      return nil
    }
    return .contents(offset: offset)
  }

  private func targetDifference(_ job: Job) throws(RestoreError) -> Difference? {
    let entry = try job.item.stream
    let archived = try reading { () throws(ArchiveError) in try entry.linkTarget(in: source) }
    if archived.count < entry.size { throw .cutLink(stored: archived.count, of: entry.size) }
    let handle = try handles.handle(of: job.directory)
    let found = try attempt("read link") { () throws(Errno) in
      try handle.linkTarget(of: job.item.name)
    }
    return found == archived ? nil : .target(found: found, archived: archived)
  }

  private func deviceDifference(_ job: Job) throws(RestoreError) -> Difference? {
    let device = try job.item.deviceNumber(in: source)
    guard device.isBlock == (job.status.kind == .blockDevice) else {
      return .kind(found: job.status.kind)
    }
    let archived = DeviceID(major: device.major, minor: device.minor)
    let found = job.status.deviceNumber
    return found == archived ? nil : .device(found: found, archived: archived)
  }

  // MARK: - Problems

  /// Ends the comparison soon.
  package func cancel() {
    end(RestoreProblem(path: [], error: .interrupted))
  }

  private var isEnding: Bool { ending.withLock { $0 != nil } }

  func report(_ error: RestoreError, at path: [UInt8]) {
    let problem = RestoreProblem(path: path, error: error)
    if error.endsEverything { return end(problem) }
    counters.problems.add()
    observer.problem(problem)
  }

  private func end(_ problem: RestoreProblem) {
    ending.withLock { $0 = $0 ?? problem }
  }
}

extension FileStatus.Kind {
  fileprivate func matches(_ kind: FileKind) -> Bool {
    switch (self, kind) {
    case (.file, .file), (.directory, .directory), (.link, .link), (.pipe, .pipe),
      (.socket, .socket), (.characterDevice, .device), (.blockDevice, .device):
      true
    default: false
    }
  }
}
