internal import Posix
internal import SystemPackage
internal import VacArchive
internal import VentiCore

/// A file that is to be archived.
struct SourceFile: Sendable {
  let directory: SourceDirectory
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
/// than one. Names that are still to be met are in memory, but not very many of them: a large directory
/// is read again for those that come later, and so are directories above large ones.
struct SourceWalk: Sendable {
  /// What the walk meets.
  enum Step: Sendable {
    /// A directory; what is in it follows, up to `leave`.
    case enter(SourceFile, [ExtendedAttribute])
    /// Everything that is no directory.
    case file(SourceFile)
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
  typealias Merge = (SourceDirectory, _ name: [UInt8]) -> MergedFiles?

  /// The path of what the last step was about.
  private var path: [UInt8] = []
  private let options: BackupOptions
  private let handles: SourceHandles
  private let attributes: AttributeReader
  /// The top, and the last of those below it.
  private var frames: [WalkFrame]
  /// Those between.
  private var parked: ByteStack
  /// Bytes of the names in all frames.
  private var nameByteCount = 0
  /// Frames from the top that have let go of their names.
  private var letGoCount = 0
  private var lastID = 0
  /// The handle of the directory that a name was looked up in last.
  private var last: (id: Int, handle: DirectoryHandle)?
  private var topFaults: [BackupProblem] = []

  init(_ options: BackupOptions, handles: SourceHandles) {
    self.options = options
    self.handles = handles
    attributes = AttributeReader(options)
    parked = ByteStack(options.scratch)
    frames = [WalkFrame(fileSystem: nil, pathCount: 0, directory: nil)]
  }

  // MARK: - The top directory

  /// Adds what standard input gives, as a file of the top directory.
  mutating func addStandardInput(as name: [UInt8]) {
    frames[0].names.add(name, origin: frames[0].add(.standardInput))
  }

  /// Adds what arguments name; to be called once, before the first step.
  ///
  /// - Parameter merge: called for files named `*.vac` where these are to be merged.
  mutating func add(_ arguments: [SourceArgument], merge: Merge) {
    var parents: [FilePath: (origin: Int, directory: SourceDirectory)] = [:]
    for argument in arguments {
      switch argument {
      case .contents(let path):
        let (origin, directory) = addRoot(path)
        // Names of several arguments are in memory, all of them.
        if arguments.count == 1, origin == 0, !options.mergesArchives {
          frames[0].contents = directory
        }
        do throws(BackupError) {
          try addContents(of: directory, origin, merge)
        } catch {
          topFaults.append(BackupProblem(path: directory.displayText, error: error))
        }
      case .file(let name, let parentPath):
        let parent = parents[parentPath] ?? addRoot(parentPath)
        parents[parentPath] = parent
        if !isArchive(name) || !addArchive(name, in: parent.directory, merge) {
          frames[0].names.add(name, origin: parent.origin)
        }
      }
    }
    frames[0].names.sort()
    nameByteCount = frames[0].names.byteCount
  }

  private mutating func addRoot(
    _ path: FilePath
  ) -> (origin: Int, directory: SourceDirectory) {
    lastID += 1
    let directory = SourceDirectory(
      id: lastID, path: path.isEmpty ? "." : path, displayPath: path.bytes)
    return (frames[0].add(.directory(directory)), directory)
  }

  // MARK: - Steps

  /// Goes to the next file; nil after the last one.
  ///
  /// - Parameter merge: as for `add`.
  mutating func next(merge: Merge) -> Step? {
    if let fault = topFaults.popLast() { return .fault(fault) }
    do throws(BackupError) { try park() } catch { return fault(error) }
    // Frames are used in their place: a copy would count every reference in one, for each file.
    while let place = frames.indices.last {
      path.removeLast(max(0, path.count - frames[place].pathCount))
      if let fault = frames[place].faults.popLast() { return self.fault(fault) }
      if let problem = frames[place].readMerged() { return .fault(problem) }
      guard let name = frames[place].takeNext() else {
        guard frames[place].continues else { return leave() }
        readOn(merge)
        continue
      }
      let step = visit(name, merge)
      change(place) { $0.trim() }
      return step
    }
    return nil
  }

  /// Ends the walk before its time.
  ///
  /// From the bottom up, so that no directory is the last to let go of all those above it.
  mutating func abandon() {
    var directory: SourceDirectory?
    while let frame = frames.popLast() { directory = frame.directory ?? directory }
    while case .entry(_, let parent) = directory?.place { directory = parent }
  }

  /// Goes back to the directory above.
  private mutating func leave() -> Step? {
    letGoCount = min(letGoCount, frames.count - 1)
    let directory = frames.removeLast().directory
    do throws(BackupError) {
      if frames.count == 1, let directory { try unpark(above: directory) }
    } catch {
      return fault(error)
    }
    if let directory { handles.leave(directory) }
    return frames.isEmpty ? nil : .leave
  }

  private func fault(_ error: BackupError) -> Step {
    .fault(BackupProblem(path: path, error: error))
  }

  private mutating func visit(_ next: WalkFrame.Next, _ merge: Merge) -> Step {
    switch next.source {
    case .name(.directory(let directory)):
      if frames.count == 1 { path = directory.path(to: next.name) } else { append(next.name) }
      if next.isTaken { return fault(.nameTaken) }
      return visit(next.name, in: directory, merge)
    case .merged(let file):
      append(next.name)
      return next.isTaken ? fault(.nameTaken) : .merged(file, path: path)
    case .name(.standardInput):
      append(next.name)
      return .standardInput(next.name)
    }
  }

  private mutating func append(_ name: [UInt8]) {
    if !path.isEmpty { path.append(UInt8(ascii: "/")) }
    path += name
  }

  private mutating func visit(
    _ name: [UInt8], in directory: SourceDirectory, _ merge: Merge
  ) -> Step {
    do throws(BackupError) {
      let handle = try handle(of: directory)
      let status = try calling("stat") { () throws(Errno) in try handle.status(of: name) }
      let file = SourceFile(directory: directory, name: name, status: status)
      guard options.patterns.isEmpty || options.patterns.includes(path) else {
        return .excluded(file)
      }
      guard status.kind == .directory else { return .file(file) }
      lastID += 1
      let entered = SourceDirectory(id: lastID, name: name, in: directory, status: status)
      let attributes = push(entered, status, merge)
      return .enter(file, attributes)
    } catch {
      return fault(error)
    }
  }

  /// A handle of a directory: most names are in that of the name before.
  private mutating func handle(
    of directory: SourceDirectory
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
    _ directory: SourceDirectory, _ status: FileStatus, _ merge: Merge
  ) -> [ExtendedAttribute] {
    let fileSystem = frames.last?.fileSystem ?? status.fileSystem
    let isListed = status.fileSystem == fileSystem || !options.staysOnFileSystem
    frames.append(WalkFrame(fileSystem: fileSystem, pathCount: path.count, directory: directory))
    let place = frames.count - 1
    let origin = frames[place].add(.directory(directory))
    var attributes: [ExtendedAttribute] = []
    do throws(BackupError) {
      attributes = try self.attributes.attributes(of: handles.handle(of: directory))
    } catch {
      frames[place].faults = [error]
    }
    do throws(BackupError) {
      if isListed {
        if !options.mergesArchives { frames[place].contents = directory }
        try addContents(of: directory, origin, merge)
      }
    } catch {
      // One word for a directory that cannot be opened at all.
      frames[place].faults = [error]
    }
    frames[place].names.sort()
    letGo()
    return attributes
  }

  // MARK: - Deep trees

  /// Sets aside the frames far above, but for the top, once there are many.
  private mutating func park() throws(BackupError) {
    guard frames.count > max(2, options.scratch.depthLimit), !options.mergesArchives else { return }
    let count = frames.count / 2
    for place in 1...count {
      change(place) { $0.letGo() }
      try settingAside { () throws(ScratchError) in try parked.push(frames[place].bytes) }
    }
    frames.removeSubrange(1...count)
    letGoCount = max(0, letGoCount - count)
  }

  /// Takes back the frame above a directory, unless that is the top.
  private mutating func unpark(above directory: SourceDirectory) throws(BackupError) {
    guard
      let bytes = try settingAside({ () throws(ScratchError) in try parked.pop() }),
      case .entry(_, let parent) = directory.place
    else { return }
    frames.append(
      try settingAside { () throws(ScratchError) in
        try options.scratch.parsing { () throws(FormatError) in try WalkFrame(bytes, of: parent) }
      })
  }

  // MARK: - Directories

  /// Reads the names of the last frame that come next.
  private mutating func readOn(_ merge: Merge) {
    let place = frames.count - 1
    letGoCount = min(letGoCount, place)
    change(place) { $0.letGo() }
    frames[place].continues = false
    guard let directory = frames[place].contents else { return }
    do throws(BackupError) {
      try addContents(of: directory, 0, merge)
      frames[place].names.sort()
    } catch {
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
  private mutating func change(_ place: Int, _ body: (inout WalkFrame) -> Void) {
    nameByteCount -= frames[place].names.byteCount
    body(&frames[place])
    nameByteCount += frames[place].names.byteCount
  }

  /// Adds the names in a directory that are to be archived to the last frame, those that come next at
  /// least, and archives that are to be merged.
  private mutating func addContents(
    of directory: SourceDirectory, _ origin: Int, _ merge: Merge
  ) throws(BackupError) {
    let handle = try handles.handle(of: directory)
    let place = frames.count - 1
    let last = frames[place].last
    var first = FirstNames(
      after: last, byteLimit: frames[place].contents == nil ? .max : options.nameByteLimit)
    var archives: [[UInt8]] = []
    var isTagged = false
    try calling("read directory") { () throws(Errno) in
      try handle.forEachName { name in
        if isArchive(name) { archives.append(name) } else { first.add(name, origin: origin) }
        if name == CacheTag.name { isTagged = true }
      }
    }
    var names = first.names
    frames[place].continues = first.leavesOut
    if isTagged, options.excludesCaches, CacheTag.isGenuine(in: handle) {
      (names, archives, frames[place].continues) = (SortedNames(), [], false)
      if last == nil { names.add(CacheTag.name, origin: origin) }
    }
    // What they are numbered by is not the order of the file system.
    archives.sort(by: ArchiveOrder.isOrdered)
    for name in archives where !addArchive(name, in: directory, merge) {
      names.add(name, origin: origin)
    }
    change(place) { $0.names.add(names) }
  }

  /// Whether a file is to be merged if it names an archive.
  private func isArchive(_ name: [UInt8]) -> Bool {
    options.mergesArchives && name.suffix(4).elementsEqual(".vac".utf8)
  }

  /// Adds the files of an archive to the last frame, in place of the file that names it.
  private mutating func addArchive(
    _ name: [UInt8], in directory: SourceDirectory, _ merge: Merge
  ) -> Bool {
    guard let files = merge(directory, name) else { return false }
    frames[frames.count - 1].add(files, path: directory.path(to: name))
    return true
  }
}

extension SourceDirectory {
  /// The directory's own path, for messages.
  var displayText: [UInt8] {
    var path = path(to: [])
    if path.count > 1, path.last == UInt8(ascii: "/") { path.removeLast() }
    return path
  }
}
