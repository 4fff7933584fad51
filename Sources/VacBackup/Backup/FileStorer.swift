internal import Posix
internal import SystemPackage
internal import VacArchive
internal import VentiCore

/// A file that a thread is to store.
struct StoreJob: Sendable {
  /// What is to be stored of it.
  enum Work: Sendable {
    case everything
    /// Only its attributes: its contents are in the store already, or nil for those that are
    /// stored by another name of the file.
    case attributes(Entry?)
  }

  /// Its place among the jobs.
  let number: Int
  let file: SourceFile
  let directory: DirectoryHandle
  let work: Work
  /// The contents of the file of the same path in the previous archive.
  let previous: Entry?
}

/// Stores files, on the threads of a crew: their blocks, and the trees over them.
final class FileStorer: Sendable {
  let results = StoredFiles()

  private let options: BackupOptions
  private let store: BackupStore
  private let attributes: AttributeReader
  /// Told what is wrong with a file, which is left out unless the error is a warning.
  private let report: @Sendable (BackupProblem) -> Void
  private let damage: PreviousDamage
  private let isEnding: @Sendable () -> Bool

  init(
    _ options: BackupOptions, store: BackupStore, damage: PreviousDamage,
    report: @escaping @Sendable (BackupProblem) -> Void,
    isEnding: @escaping @Sendable () -> Bool
  ) {
    self.options = options
    self.store = store
    self.report = report
    self.damage = damage
    self.isEnding = isEnding
    attributes = AttributeReader(options)
  }

  /// Does a job, or a part of it: a large file is finished by another thread.
  func perform(_ job: StoreJob, with crew: Crew<StoreJob, BackupError>) {
    guard !isEnding() else { return results.set(job.number, nil) }
    do throws(BackupError) {
      if case .everything = job.work, job.file.status.kind == .file {
        try storeFile(job, with: crew)
      } else {
        finish(job, try storeSmall(job))
      }
    } catch {
      finish(job, error)
    }
  }

  private func finish(_ job: StoreJob, _ stored: StoredFile) {
    results.set(job.number, stored)
  }

  private func finish(_ job: StoreJob, _ error: BackupError) {
    report(BackupProblem(path: job.file.path, error: error))
    results.set(job.number, nil)
  }

  // MARK: - What is no regular file, or is not read

  private func storeSmall(_ job: StoreJob) throws(BackupError) -> StoredFile {
    let file = job.file
    settle(file.status)
    let contents: Entry?
    if case .attributes(let entry) = job.work {
      contents = entry
    } else {
      contents = try storeBytes(try specialContents(of: file, in: job.directory))
    }
    return StoredFile(
      contents: contents, status: file.status,
      attributes: try attributes.attributes(of: file.name, in: job.directory))
  }

  /// What stands for a file that has no contents of its own.
  private func specialContents(
    of file: SourceFile, in directory: DirectoryHandle
  ) throws(BackupError) -> [UInt8] {
    switch file.status.kind {
    case .link:
      try calling("read link") { () throws(Errno) in try directory.linkTarget(of: file.name) }
    case .characterDevice, .blockDevice: file.status.device?.text ?? []
    case .pipe, .socket, .file, .directory: []
    }
  }

  private func storeBytes(_ bytes: [UInt8]) throws(BackupError) -> Entry {
    try archiving { () throws(ArchiveError) in
      var stream = StreamWriter(to: store, layout: options.layout)
      try stream.append(bytes)
      return try stream.finish()
    }
  }

  /// Stores what standard input gives.
  func storeStandardInput() throws(BackupError) -> Entry {
    try storeLeaves { () throws(Errno) in
      Block(try FileDescriptor.standardInput.readAll(limit: options.layout.leafSize))
    }
  }

  /// Stores leaves until one is short.
  private func storeLeaves(_ read: () throws(Errno) -> Block) throws(BackupError) -> Entry {
    var tree = TreeWriter(to: store, layout: options.layout)
    var size = 0
    while true {
      if isEnding() { throw .interrupted }
      let leaf = try calling("read", read)
      size += leaf.count
      if leaf.count > 0 {
        let score = try store.add(leaf)
        try archiving { () throws(ArchiveError) in try tree.append(score) }
      }
      guard leaf.count < options.layout.leafSize else { continue }
      return try archiving { () throws(ArchiveError) in try tree.finish(size: size) }
    }
  }

  // MARK: - Regular files

  private func storeFile(
    _ job: StoreJob, with crew: Crew<StoreJob, BackupError>
  ) throws(BackupError) {
    let file = try calling("open") { () throws(Errno) in
      try job.directory.fileToArchive(job.file.name)
    }
    let status = try settledStatus(of: file)
    guard status.kind == .file else { throw .replaced }
    let leafSize = options.layout.leafSize
    if status.size == 0 {
      // Most are empty; some of the system's have contents all the same.
      var offset = 0
      let entry = try storeLeaves { () throws(Errno) in
        defer { offset += leafSize }
        return try file.leaf(of: leafSize, at: offset)
      }
      return finish(job, try describe(job, file, status, entry))
    }
    let reader = LeafReader(
      file: file, store: store, leafSize: leafSize,
      isSparse: status.allocatedByteCount < status.size, isEnding: isEnding)
    let tree = TreeWriter(to: store, layout: options.layout)
    guard status.size > LargeFile.partByteCount else {
      rememberLeaves(of: job, in: 0..<status.size)
      return finish(job, try storeWhole(job, reader, status, tree))
    }
    share(job, LargeFile(reader, size: status.size, tree: tree), file, status, with: crew)
  }

  /// What stat(2) says of a file whose next change will be seen by its times: else that would be lost, as
  /// the file would look the same at the end, and to the next backup.
  private func settledStatus(of file: File) throws(BackupError) -> FileStatus {
    let status = try calling("stat") { () throws(Errno) in try file.status() }
    guard settle(status) else { return status }
    return try calling("stat") { () throws(Errno) in try file.status() }
  }

  /// Waits until a change of a file is sure to be seen by its times.
  ///
  /// - Returns: whether that took any time.
  @discardableResult
  private func settle(_ status: FileStatus) -> Bool {
    let seconds = status.secondsUnsettled()
    if seconds > 0 { Deadline.after(seconds: seconds).wait() }
    return seconds > 0
  }

  private func storeWhole(
    _ job: StoreJob, _ reader: LeafReader, _ status: FileStatus, _ tree: TreeWriter
  ) throws(BackupError) -> StoredFile {
    var tree = tree
    let part = try reader.store(0..<status.size)
    try tree.append(part)
    let entry = try archiving { () throws(ArchiveError) in
      try tree.finish(size: part.byteCount)
    }
    return try describe(job, reader.file, status, entry)
  }

  /// Stores a large file together with all threads that are free.
  private func share(
    _ job: StoreJob, _ large: LargeFile, _ file: File, _ status: FileStatus,
    with crew: Crew<StoreJob, BackupError>
  ) {
    let work = SharedWork<BackupError>(count: large.partCount) {
      [self] (number) throws(BackupError) in
      if isEnding() { throw .interrupted }
      rememberLeaves(of: job, in: large.range(ofPart: number))
      try large.store(number)
    } finish: { [self] error in
      do throws(BackupError) {
        if let error { throw error }
        finish(job, try describe(job, file, status, large.finish()))
      } catch {
        finish(job, error)
      }
    }
    crew.share(work)
  }

  /// Describes a file that was read, and says so if it has changed meanwhile.
  ///
  /// The description is that from before: so the next archive of the tree will look at it again.
  private func describe(
    _ job: StoreJob, _ file: File, _ before: FileStatus, _ contents: Entry
  ) throws(BackupError) -> StoredFile {
    let attributes = try attributes.attributes(of: file)
    let after = try calling("stat") { () throws(Errno) in try file.status() }
    if contents.size < before.size {
      warn(job, .size(read: contents.size, announced: before.size))
    } else if !after.isUnchanged(since: before) {
      warn(job, .changed)
    }
    return StoredFile(contents: contents, status: before, attributes: attributes)
  }

  private func warn(_ job: StoreJob, _ error: BackupError) {
    report(BackupProblem(path: job.file.path, error: error))
  }

  /// Notes which leaves of a file the store has from the previous archive.
  ///
  /// Where that cannot be read, or the store has lost a leaf, they are sent again, and nothing is lost.
  private func rememberLeaves(of job: StoreJob, in range: Range<Int>) {
    guard let entry = job.previous, entry.leafSize == options.layout.leafSize else { return }
    do {
      for score in try HashTree(entry, in: store).leafScores(in: range) where score != .zero {
        if store.remember(named: score, .data) { continue }
        damage.tell("\(BlockError.notFound(score, .data))")
      }
    } catch {
      damage.tell("\(error)")
    }
  }
}

extension File {
  /// Reads a leaf, which is short where the file ends.
  fileprivate func leaf(of count: Int, at offset: Int) throws(Errno) -> Block {
    try Block(capacity: count) { output throws(Errno) in
      try read(count, at: offset, into: &output)
    }
  }
}
