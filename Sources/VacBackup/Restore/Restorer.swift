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
  let handles: DirectoryHandles
  let links: HardLinks
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
    links = HardLinks(options.scratch)
    attributes = AttributeSetter(
      options, source: source, counters: counters, umask: Machine.umask)
    handles = DirectoryHandles(top: target)
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
    for directory in links.finish() { release(directory) }
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
    var stack = [TargetDirectory()]
    // A restore that ends early finishes the directories that it is in, as far as these are at hand.
    var open: [(directory: TargetDirectory, item: Item)] = []
    var batch = RestoreBatch()
    // From the bottom up: a directory that lets go of its parent must never be the last to do so.
    defer {
      crew.add(batch.take())
      for (directory, item) in open { directory.finishes(as: item) }
      while let directory = stack.popLast() { release(directory) }
    }
    while !isEnding, let step = try walk.next(), let directory = stack.last {
      switch step {
      case .enter(let item):
        observer.file?(walk.path, true)
        lastID += 1
        if let files = try walk.takeFiles(if: LeafDirectory.canHold) {
          for file in files { observer.file?(walk.path + [UInt8(ascii: "/")] + file.name, false) }
          directory.retain()
          let leaf = LeafDirectory(parent: directory, item: item, id: lastID, files: files)
          batch.add(.directory(leaf), to: crew)
        } else if let made = make(item, id: lastID, in: directory) {
          stack.append(made)
          open.append((made, item))
          if open.count > options.scratch.depthLimit { open.removeFirst(open.count / 2) }
        } else {
          try walk.skipDirectory()
        }
      case .file(let item):
        observer.file?(walk.path, false)
        directory.retain()
        let job = Job(directory: directory, item: item, link: HardLinks.Key(item))
        batch.add(.file(job), to: crew)
      case .leave(let item):
        stack.removeLast()
        if open.last?.directory === directory { open.removeLast() }
        if let item { directory.finishes(as: item) }
        release(directory)
      case .fault(let error):
        report(error, at: walk.path)
      }
    }
    return walk.missing
  }

  /// Makes a directory, or takes the one that is there; nil when neither can be.
  ///
  /// - Parameter isLeaf: whether one that is not there gets its name only when all in it is.
  func make(
    _ item: Item, id: Int, in parent: TargetDirectory, isLeaf: Bool = false
  ) -> TargetDirectory? {
    do throws(RestoreError) {
      let parentHandle = try handles.handle(of: parent)
      let temporaryName =
        isLeaf && parentHandle.hasNo(item.name) ? temporaryNames.next() : nil
      let (handle, found) = try open(temporaryName ?? item.name, in: parentHandle)
      let status = try attempt("stat") { () throws(Errno) in try handle.status() }
      var permissions = attributes.permissions(of: item)
      if let found, !options.setsPermissions { permissions = found }
      parent.retain()
      let directory = TargetDirectory(
        id: id, item.name, temporaryName: temporaryName, in: parent, identity: status.identity,
        permissions: permissions)
      handles.keep(handle, of: id)
      return directory
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

  /// Notes that something in a directory is done.
  ///
  /// The last one sets the directory's attributes, and then that is done in the directory above.
  func release(_ directory: TargetDirectory) {
    var next: TargetDirectory? = directory
    while let directory = next, directory.release() {
      finish(directory)
      next = directory.parent
    }
  }

  private func finish(_ directory: TargetDirectory) {
    guard let item = directory.item, let parent = directory.parent else { return }
    do throws(RestoreError) {
      let parentHandle = try handles.handle(of: parent, above: directory)
      let subject = FileSubject(
        directory: parentHandle, name: directory.name,
        open: try place(directory, handles.handle(of: directory), in: parentHandle))
      let errors = attributes.set(item, on: subject, permissions: directory.permissions)
      for error in errors { report(error, at: directory.path) }
    } catch {
      report(error, at: directory.path)
    }
    handles.forget(directory)
    counters.directories.add()
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
