package import Posix
internal import Synchronization
internal import SystemPackage
package import VacArchive
package import VentiCore

/// Makes the files of an archive in a directory.
///
/// The thread that runs it walks the archive and makes directories; others make files, several
/// at a time. Whatever the archive says, nothing outside the directory is touched: see
/// `DirectoryHandle`. Memory does not grow with the files, nor with their size.
package final class Restorer: Sendable {
  /// Batches of files that wait for a thread: so many that their directories are all open.
  private static let queueLimit = 16

  /// A file to be restored.
  struct Job: Sendable {
    let directory: TargetDirectory
    /// Where it is open, if it is: in a deep tree others may be opened meanwhile that are far away.
    let handle: DirectoryHandle?
    let item: Item
    let link: HardLinks.Key?

    var name: HardLinks.Name { HardLinks.Name(directory: directory, name: item.name) }
  }

  /// What has been done so far.
  package let counters = RestoreCounters()

  let source: any BlockSource
  let options: RestoreOptions
  let observer: RestoreObserver
  let attributes: AttributeSetter
  let handles: DirectoryHandles<RestoreError>
  let links: HardLinks
  private let log: DirectoryLog
  private let closed: ClosedDirectories
  /// Directories that the walk has left, and in which something is still to be done.
  private let leftCount = Monitor(0)
  let temporaryNames = TemporaryNames()
  private let archive: Archive
  /// Why nothing more is restored.
  private let ending = Monitor<RestoreProblem?>(nil)

  /// - Parameters:
  ///   - source: where the blocks are. It is read from many threads.
  ///   - target: the directory that gets what is in the archive's top directory. Its own
  ///     attributes stay as they are.
  package init(
    _ archive: Archive, in source: any BlockSource, to target: DirectoryHandle,
    options: RestoreOptions, observer: RestoreObserver
  ) {
    self.archive = archive
    self.source = source
    self.options = options
    self.observer = observer
    log = DirectoryLog(options.scratch)
    links = HardLinks(log, options.scratch)
    closed = ClosedDirectories(log, options.scratch)
    attributes = AttributeSetter(
      options, source: source, counters: counters, umask: Machine.umask)
    handles = DirectoryHandles(below: target, options.scratch)
    attributes.enter(existing: target)
  }

  /// Restores what is selected.
  ///
  /// - Returns: the paths of the selection that are not in the archive.
  /// - Throws: what ended the restore before its time. Everything else is told to the observer.
  package func run(_ selection: Selection = Selection()) throws(RestoreProblem) -> [[UInt8]] {
    let crew = RestoreCrew(
      "restore", threads: options.threadCount, queueLimit: Self.queueLimit
    ) { [self] batch, crew in
      if options.readsAhead { SmallFiles.askAhead(batch.flatMap(\.files), in: source) }
      for work in batch {
        switch work {
        case .file(let job): perform(job, with: crew)
        case .directory(let leaf): restore(leaf, with: crew)
        }
      }
    }
    let result = Result { () throws(RestoreError) in try walk(selection, crew) }
    crew.finish()
    closeDirectories()
    if case .failure(let error) = result { end(RestoreProblem(path: [], error: error)) }
    if let problem = ending.withLock({ $0 }) { throw problem }
    return (try? result.get()) ?? []
  }

  /// Ends the restore soon; what is not whole by then is not there.
  package func cancel() {
    end(RestoreProblem(path: [], error: .interrupted))
  }

  // MARK: - Directories

  /// Makes the directories, and hands the files to the crew.
  private func walk(
    _ selection: Selection, _ crew: RestoreCrew
  ) throws(RestoreError) -> [[UInt8]] {
    var walk = try ArchiveWalk(
      archive, in: source, selection: selection, order: .numbers,
      asksForFiles: options.readsAhead, scratch: options.scratch)
    var lastID = 0
    var stack = TargetStack(
      TargetDirectory(TreeDirectory(id: 0, path: ""), permissions: 0), options.scratch)
    var batch = RestoreBatch()
    // A restore that ends early finishes the directories that it is in, as far as these are at hand.
    defer {
      crew.add(batch.take())
      while let (directory, item) = stack.popAtHand() {
        leave(directory, as: item, to: stack.last)
      }
    }
    while !isEnding, let step = try walk.next(), let directory = stack.last {
      switch step {
      case .enter(let item):
        observer.file?(walk.path.bytes, true)
        lastID += 1
        if let files = try walk.takeFiles(if: LeafDirectory.canHold) {
          for file in files { observer.file?(walk.path.bytes(to: file.name), false) }
          directory.retain()
          let leaf = LeafDirectory(
            parent: directory, handle: try? handles.handle(of: directory.tree), item: item,
            id: lastID, files: files)
          batch.add(.directory(leaf), to: crew)
        } else if let made = make(item, id: lastID, in: directory) {
          try keeping { () throws(ScratchError) in try stack.push(made, item) }
        } else {
          try walk.skipDirectory()
        }
      case .file(let item):
        observer.file?(walk.path.bytes, false)
        directory.retain()
        let job = Job(
          directory: directory, handle: try? handles.handle(of: directory.tree), item: item,
          link: HardLinks.Key(item))
        batch.add(.file(job), to: crew)
      case .leave(let item):
        _ = try keeping { () throws(ScratchError) in try stack.pop() }
        try handles.climb(from: directory.tree)
        leave(directory, as: item, to: stack.last)
        if isTooMuchLeft { awaitLeft(batch.take(), crew) }
      case .fault(let error):
        report(error, at: walk.path.bytes)
      }
    }
    return walk.missing
  }

  /// Whether very many directories that the walk has left are unfinished: those above a file, say, in a
  /// very deep tree, that takes long.
  private var isTooMuchLeft: Bool { leftCount.withLock { $0 > options.leftLimit } }

  /// Waits until others have finished most of what is left.
  private func awaitLeft(_ batch: [Work], _ crew: RestoreCrew) {
    crew.add(batch)
    let limit = options.leftLimit / 2
    _ = leftCount.wait { $0 <= limit ? true : nil }
  }

  /// Makes a directory, or takes the one that is there; nil when neither can be.
  ///
  /// - Parameter isLeaf: whether one that is not there gets its name only when all in it is.
  func make(
    _ item: Item, id: Int, in parent: TargetDirectory, isLeaf: Bool = false
  ) -> TargetDirectory? {
    do throws(RestoreError) {
      let parentHandle = try handles.handle(of: parent.tree)
      let temporaryName =
        isLeaf && parentHandle.hasNo(item.name) ? temporaryNames.next() : nil
      let (handle, found) = try open(temporaryName ?? item.name, in: parentHandle)
      let status = try attempt("stat") { () throws(Errno) in try handle.status() }
      var permissions = attributes.permissions(of: item)
      if let found, !options.setsPermissions { permissions = found }
      let tree = try keeping { () throws(ScratchError) in
        try log.directory(
          temporaryName ?? item.name, in: parent.tree, id: id, identity: status.identity)
      }
      handles.keep(handle, of: id)
      return TargetDirectory(
        tree, finalName: temporaryName == nil ? nil : item.name, permissions: permissions)
    } catch {
      report(error, at: parent.path(to: item.name))
      return nil
    }
  }

  /// Makes and opens a directory.
  ///
  /// - Returns: its handle, and the permissions it had when it was there already.
  private func open(
    _ name: [UInt8], in parent: DirectoryHandle
  ) throws(RestoreError) -> (DirectoryHandle, found: UInt16?) {
    do throws(Errno) {
      try parent.makeDirectory(name)
    } catch .fileExists {
      let (handle, found) = try openExisting(name, in: parent)
      attributes.enter(existing: handle)
      return (handle, found)
    } catch {
      throw .system("make directory", error)
    }
    let handle = try attempt("open directory") { () throws(Errno) in try parent.directory(name) }
    try attributes.enter(new: FileSubject(directory: parent, name: name, open: handle))
    return (handle, nil)
  }

  private func openExisting(
    _ name: [UInt8], in parent: DirectoryHandle
  ) throws(RestoreError) -> (DirectoryHandle, found: UInt16?) {
    do throws(Errno) {
      let status = try parent.status(of: name)
      guard status.kind == .directory else { throw .notDirectory }
      // For as long as it takes; if this is not allowed, it may not be needed either.
      let permissions = status.permissions | 0o700
      if status.permissions != permissions {
        try? parent.setPermissions(of: name, permissions)
      }
      return (try parent.directory(name), status.permissions)
    } catch .notDirectory {
      throw .notDirectory
    } catch {
      throw .system("open directory", error)
    }
  }

  /// Leaves a directory to those who have something to do in it.
  ///
  /// - Parameter parent: the directory above, which is not done before this one is.
  func leave(_ directory: TargetDirectory, as item: Item?, to parent: TargetDirectory?) {
    parent?.retain()
    leftCount.withLock { $0 += 1 }
    directory.leave(TargetDirectory.Departure(item: item, parent: parent))
    release(directory)
  }

  /// Notes that something in a directory is done.
  ///
  /// The last one sets the directory's attributes, and then that is done in the directory above.
  func release(_ directory: TargetDirectory) {
    var next: TargetDirectory? = directory
    while let directory = next, directory.release(), let departure = directory.departure {
      if directory.holdsOriginals { departure.parent?.holdOriginals() }
      if let item = departure.item { finish(directory, as: item) }
      leftCount.update { $0 -= 1 }
      next = departure.parent
    }
  }

  private func finish(_ directory: TargetDirectory, as item: Item) {
    do throws(RestoreError) {
      guard let above = try handles.climb(from: directory.tree) else { return }
      let parentHandle = try handles.handle(of: above)
      let subject = FileSubject(
        directory: parentHandle, name: directory.name,
        open: try place(directory, handles.handle(of: directory.tree), in: parentHandle))
      let permissions = try firstPermissions(of: directory)
      let errors = attributes.set(item, on: subject, permissions: permissions)
      for error in errors { report(error, at: directory.path) }
    } catch {
      report(error, at: directory.path)
    }
    handles.forget(directory.tree)
    counters.directories.add()
  }

  /// The permissions that a directory gets for now: its own, unless nobody could find an original in it
  /// or below then, of which other names may come.
  private func firstPermissions(of directory: TargetDirectory) throws(RestoreError) -> UInt16 {
    let open = directory.permissions | ClosedDirectories.access
    guard directory.holdsOriginals, directory.permissions != open else {
      return directory.permissions
    }
    try keeping { () throws(ScratchError) in try closed.add(directory) }
    return open
  }

  /// Gives directories that had to stay open their own permissions.
  private func closeDirectories() {
    var last: TreeDirectory?
    func close(_ directory: TreeDirectory, _ permissions: UInt16) {
      do throws(RestoreError) {
        // Those that are above each other come from the deepest up.
        let handle = try handles.handle(of: directory, near: last ?? directory)
        try attempt("set permissions") { () throws(Errno) in
          try handle.setPermissions(permissions)
        }
      } catch {
        report(error, at: directory.path)
      }
      last = directory
    }
    do throws(ScratchError) {
      try closed.forEach(close)
    } catch {
      report(.scratch(error), at: [])
    }
  }

  // MARK: - Problems

  /// Whether no more is to be done.
  var isEnding: Bool { ending.withLock { $0 != nil } }

  /// Tells the observer what is wrong with a file; ends the restore when that is all there is to do.
  func report(_ error: RestoreError, at path: @autoclosure () -> [UInt8]) {
    if error.endsEverything {
      end(RestoreProblem(path: path(), error: error))
    } else {
      counters.problems.add()
      observer.problem(RestoreProblem(path: path(), error: error))
    }
  }

  private func end(_ problem: RestoreProblem) {
    ending.withLock { $0 = $0 ?? problem }
  }
}

/// Names for files that are not whole yet, which no archive can know.
final class TemporaryNames: Sendable {
  private let prefix = ".unvac-" + String(UInt64.random(in: .min ... .max), radix: 36) + "-"
  private let count = Atomic<Int>(0)

  /// A name that has not been given before.
  func next() -> [UInt8] {
    Array("\(prefix)\(count.add(1, ordering: .relaxed).newValue)".utf8)
  }
}
