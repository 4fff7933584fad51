internal import Posix
internal import SystemPackage
internal import VacArchive
internal import VentiCore

/// A file that is to be archived.
struct SourceFile: Sendable {
  let directory: TreeDirectory
  let name: [UInt8]
  /// What lstat(2) said of it.
  let status: FileStatus

  /// The path, for messages.
  var path: [UInt8] { directory.path(to: name) }
}

/// A walk over files and directories by handles, directories before what is in them.
///
/// Names come in `ArchiveOrder`. No link is followed.
/// What cannot be read does not end the walk. Any depth of directories takes no more of the stack
/// than one, nor of memory. Names that are still to be met are in memory, but not very many of them: a
/// large directory is read again for those that come later, and so are directories above large ones.
struct SourceWalk: Sendable {
  /// What the walk meets.
  enum Step: Sendable {
    /// A directory; what is in it follows, up to `leave`.
    case enter(SourceFile, [ExtendedAttribute])
    /// Everything that is no directory, and the one that it is in: opened anew, that could be far away.
    case file(SourceFile, in: DirectoryHandle)
    /// A file of an archive that is merged, and its path.
    ///
    /// Apart, since it is large, and rare.
    indirect case merged(MergedFile, path: [UInt8])
    /// What standard input gives, by this name.
    case standardInput([UInt8])
    /// All in the directory has been met.
    case leave
    /// What a pattern leaves out.
    case excluded(SourceFile)
    /// What cannot be read, or not be archived.
    case fault(BackupProblem)
  }

  /// Makes ready the files of the archive that a file names; nil where it names none.
  typealias Merge = (TreeDirectory, _ name: [UInt8]) -> MergedFiles?

  private static let topDirectoryLimit = 64

  let options: BackupOptions
  let handles: SourceHandles
  private let attributes: AttributeReader
  private let log: DirectoryLog
  /// The top, and the last of those below it.
  var frames: [WalkFrame]
  /// Those between: no bytes for one that is kept.
  private var parked: ByteStack
  /// Those between that archives are merged into.
  private var kept: [WalkFrame] = []
  let arguments: ArgumentList
  /// The names of arguments that are not in the top frame yet.
  var top: TopNames
  /// The directories of arguments, those that were used last.
  var topDirectories = LeastRecentlyUsed<FilePath, TreeDirectory>(capacity: topDirectoryLimit)
  /// Bytes of the names in all frames.
  private var nameByteCount = 0
  /// Frames from the top that have let go of their names.
  private var letGoCount = 0
  var lastID = 0
  /// The handle of the directory that a name was looked up in last.
  private var last: (id: Int, handle: DirectoryHandle)?
  var lookout: Lookout
  var topFaults: [BackupProblem] = []

  /// Begins a walk over what arguments name.
  ///
  /// - Parameters:
  ///   - scouts: go ahead where the walk has to wait for the system.
  ///   - merge: called for files named `*.vac` where these are to be merged.
  init(
    _ arguments: ArgumentList, _ options: BackupOptions, handles: SourceHandles,
    scouts: Scouts? = nil, merge: Merge
  ) {
    self.arguments = arguments
    self.options = options
    self.handles = handles
    lookout = Lookout(scouts)
    attributes = AttributeReader(options)
    log = DirectoryLog(options.scratch)
    parked = ByteStack(options.scratch)
    top = TopNames(options.scratch, byteLimit: options.nameByteLimit / 4)
    frames = [WalkFrame(fileSystem: nil, directory: nil)]
    addArguments(merge)
  }

  // MARK: - Steps

  /// Directories that the walk is in, the top included.
  var depth: Int { frames.count }

  /// Goes to the next file; nil after the last one.
  ///
  /// - Parameter merge: as for `init`.
  mutating func next(merge: Merge) -> Step? {
    if let fault = topFaults.popLast() { return .fault(fault) }
    do throws(BackupError) {
      try park()
      // Frames are used in their place: a copy would count every reference in one, for each file.
      while let place = frames.indices.last {
        if let fault = frames[place].faults.popLast() {
          return .fault(BackupProblem(path: frames[place].source?.path ?? [], error: fault))
        }
        lookAhead(place)
        guard let name = try frames[place].takeNext() else {
          guard frames[place].continues else { return try leave() }
          try readOn(merge)
          continue
        }
        let step = visit(name, merge)
        change(place) { $0.trim() }
        return step
      }
      return nil
    } catch {
      return .fault(BackupProblem(path: [], error: error))
    }
  }

  /// Goes back to the directory above.
  private mutating func leave() throws(BackupError) -> Step? {
    letGoCount = min(letGoCount, frames.count - 1)
    lookout.hurry()
    if let directory = frames.removeLast().directory {
      if frames.count == 1 { try unpark(above: directory) }
      try handles.climb(from: directory)
    }
    return frames.isEmpty ? nil : .leave
  }

  private mutating func visit(_ next: WalkFrame.Next, _ merge: Merge) -> Step {
    let frame = frames.count - 1
    switch next.source {
    case .name(let place):
      // Of a property that is computed, the whole frame would be copied.
      guard let directory = frames[frame].directory ?? frames[frame].contents else {
        return visitTop(next, place, merge)
      }
      return visit(next, in: directory, merge)
    case .merged(.omission(let problem)): return .fault(problem)
    case .merged(.file(let file)):
      let path = frames[frame].source?.path(to: next.name) ?? next.name
      return next.isTaken
        ? .fault(BackupProblem(path: path, error: .nameTaken)) : .merged(file, path: path)
    }
  }

  mutating func visit(
    _ next: WalkFrame.Next, in directory: TreeDirectory, _ merge: Merge
  ) -> Step {
    let name = next.name
    do throws(BackupError) {
      if next.isTaken { throw .nameTaken }
      let handle = try handle(of: directory)
      let status = try calling("stat") { () throws(Errno) in try handle.status(of: name) }
      let file = SourceFile(directory: directory, name: name, status: status)
      guard options.patterns.isEmpty || options.patterns.includes(file.path) else {
        return .excluded(file)
      }
      guard status.kind == .directory else { return .file(file, in: handle) }
      lastID += 1
      let entered = try settingAside { () throws(ScratchError) in
        try log.directory(name, in: directory, id: lastID, identity: status.identity)
      }
      return .enter(file, try push(entered, status, merge))
    } catch {
      return .fault(BackupProblem(path: directory.path(to: name), error: error))
    }
  }

  /// A handle of a directory: most names are in that of the name before.
  private mutating func handle(
    of directory: TreeDirectory
  ) throws(BackupError) -> DirectoryHandle {
    if let last, last.id == directory.id { return last.handle }
    let handle = try handles.handle(of: directory)
    last = (directory.id, handle)
    return handle
  }

  /// Goes into a directory.
  ///
  /// - Returns: its attributes; one whose attributes cannot be read is stored without.
  private mutating func push(
    _ directory: TreeDirectory, _ status: FileStatus, _ merge: Merge
  ) throws(BackupError) -> [ExtendedAttribute] {
    let fileSystem = frames.last?.fileSystem ?? status.fileSystem
    let isListed = status.fileSystem == fileSystem || !options.staysOnFileSystem
    frames.append(WalkFrame(fileSystem: fileSystem, directory: directory))
    let place = frames.count - 1
    var attributes: [ExtendedAttribute] = []
    do throws(BackupError) {
      attributes = try self.attributes.attributes(of: handles.handle(of: directory))
    } catch {
      frames[place].faults = [error]
    }
    do throws(BackupError) {
      if isListed {
        frames[place].contents = directory
        try readContents(of: directory, merge)
      }
    } catch {
      // One word for a directory that cannot be opened at all.
      frames[place].faults = [error]
    }
    letGo()
    return attributes
  }

  // MARK: - Deep trees

  /// Sets aside the frames far above, but for the top, once there are many.
  private mutating func park() throws(BackupError) {
    guard frames.count > max(2, options.scratch.depthLimit) else { return }
    let count = frames.count / 2
    for place in 1...count {
      change(place) { $0.letGo() }
      try frames[place].merging?.setAside()
      let bytes = frames[place].bytes
      if bytes == nil { kept.append(frames[place]) }
      try settingAside { () throws(ScratchError) in try parked.push(bytes ?? []) }
    }
    frames.removeSubrange(1...count)
    letGoCount = max(0, letGoCount - count)
  }

  /// Takes back the frame above a directory, unless that is the top.
  private mutating func unpark(above directory: TreeDirectory) throws(BackupError) {
    let frame = try settingAside { () throws(ScratchError) -> WalkFrame? in
      guard let bytes = try parked.pop(), let above = try directory.above() else { return nil }
      if bytes.isEmpty { return kept.popLast() }
      return try options.scratch.parsing { () throws(FormatError) in
        try WalkFrame(bytes, of: above)
      }
    }
    if let frame { frames.append(frame) }
  }

  // MARK: - Directories

  /// Reads the names of the last frame that come next.
  private mutating func readOn(_ merge: Merge) throws(BackupError) {
    let place = frames.count - 1
    guard let directory = frames[place].contents else { return try readTop() }
    letGoCount = min(letGoCount, place)
    change(place) { $0.letGo() }
    do throws(BackupError) {
      try readContents(of: directory, merge)
    } catch {
      frames[place].continues = false
      frames[place].faults = [error]
    }
  }

  /// Lets go of names far above, once there are many.
  private mutating func letGo() {
    while nameByteCount > options.nameByteLimit / 2 * 3, letGoCount < frames.count - 1 {
      change(letGoCount) { $0.letGo() }
      letGoCount += 1
    }
  }

  /// Changes a frame, and counts its names.
  mutating func change(_ place: Int, _ body: (inout WalkFrame) -> Void) {
    nameByteCount -= frames[place].names.byteCount
    body(&frames[place])
    nameByteCount += frames[place].names.byteCount
  }

  /// Has the names of a directory in the last frame, those that come next at least.
  mutating func readContents(
    of directory: TreeDirectory, _ merge: Merge
  ) throws(BackupError) {
    let place = frames.count - 1
    let range = try names(in: directory, after: frames[place].last, 0, merge)
    frames[place].continues = range.leavesOut
    change(place) { $0.take(range.names) }
    if lookout.isScouting { lookout.scouts?.forget(directory) }
    lookout.hurry()
  }

  /// Reads the names in a directory that are to be archived, those that come after another one first;
  /// what archives bring that are to be merged is added to the last frame, the first time.
  ///
  /// - Parameter argument: the place of the argument that leads to the directory, where there are several.
  mutating func names(
    in directory: TreeDirectory, after last: [UInt8]?, _ argument: ArgumentList.Place,
    _ merge: Merge
  ) throws(BackupError) -> FirstNames {
    let handle = try handles.handle(of: directory)
    let known = frames[frames.count - 1].archives
    var first = FirstNames(after: last, byteLimit: options.nameByteLimit)
    var archives: [[UInt8]] = []
    var isTagged = false
    try calling("read directory") { () throws(Errno) in
      try handle.forEachName { name in
        if !isArchive(name) || known.map({ !$0.contains(name) }) ?? false {
          first.add(name)
        } else if known == nil {
          archives.append(name)
        }
        if name == CacheTag.name { isTagged = true }
      }
    }
    if isTagged, options.excludesCaches, CacheTag.isGenuine(in: handle) {
      (first, archives) = (FirstNames(after: last, byteLimit: options.nameByteLimit), [])
      first.add(CacheTag.name)
    }
    // What they are numbered by is not the order of the file system.
    archives.sort(by: ArchiveOrder.isOrdered)
    var merged = known ?? []
    for name in archives {
      if try addArchive(name, in: directory, argument, merge) {
        merged.insert(name)
      } else {
        first.add(name)
      }
    }
    if options.mergesArchives { frames[frames.count - 1].archives = merged }
    return first
  }

  /// Whether a file is to be merged if it names an archive.
  func isArchive(_ name: [UInt8]) -> Bool {
    options.mergesArchives && name.suffix(4).elementsEqual(".vac".utf8)
  }

  /// Adds the files of an archive to the last frame, in place of the file that names it.
  ///
  /// - Parameter argument: the place of the argument that leads to it; of equal names, that of the
  ///   first argument comes first.
  mutating func addArchive(
    _ name: [UInt8], in directory: TreeDirectory, _ argument: ArgumentList.Place, _ merge: Merge
  ) throws(BackupError) -> Bool {
    guard let files = merge(directory, name) else { return false }
    let place = frames.count - 1
    var merging = frames[place].merging.take() ?? MergingFiles(options.scratch)
    try merging.add(files, path: directory.path(to: name), rank: argument)
    frames[place].merging = merging
    return true
  }
}
