internal import Posix
internal import SystemPackage
internal import VacArchive

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
/// than one; memory is that for the names, in the directories above, that are still to be met.
struct SourceWalk: Sendable {
  /// What the walk meets.
  enum Step: Sendable {
    /// A directory; what is in it follows, up to `leave`.
    case enter(SourceFile, [ExtendedAttribute])
    /// Everything that is no directory.
    case file(SourceFile)
    /// A file of an archive that is merged, and its path.
    case merged(MergedFile, path: [UInt8])
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
  typealias Merge = (SourceDirectory, _ name: [UInt8]) -> [MergedFile]?

  /// Where names of a directory come from.
  private enum Origin: Sendable {
    case directory(SourceDirectory)
    case archive([[UInt8]: MergedFile])
    case standardInput
  }

  private struct Frame: Sendable {
    var origins: [Origin]
    var names: SortedNames
    var next = 0
    var faults: [BackupError] = []
    /// The name before: one that comes again is taken.
    var last: [UInt8]?
    /// The file system to stay on; nil at the top, where each argument has its own.
    let fileSystem: UInt64?
    /// The length of `path` in this directory.
    let pathCount: Int
    let directory: SourceDirectory?

    /// Lets go of the names once the last has been met: there may be many directories below.
    mutating func trim() {
      guard next == names.count else { return }
      (origins, names, next, last) = ([], SortedNames(), 0, nil)
    }
  }

  /// The path of what the last step was about.
  private var path: [UInt8] = []
  private let options: BackupOptions
  private let handles: SourceHandles
  private let attributes: AttributeReader
  private var frames: [Frame]
  private var lastID = 0
  private var topFaults: [BackupProblem] = []

  init(_ options: BackupOptions, handles: SourceHandles) {
    self.options = options
    self.handles = handles
    attributes = AttributeReader(options)
    frames = [
      Frame(origins: [], names: SortedNames(), fileSystem: nil, pathCount: 0, directory: nil)
    ]
  }

  // MARK: - The top directory

  /// Adds what standard input gives, as a file of the top directory.
  mutating func addStandardInput(as name: [UInt8]) {
    frames[0].names.add(name, origin: frames[0].origins.count)
    frames[0].origins.append(.standardInput)
  }

  /// Adds what arguments name; to be called once, before the first step.
  ///
  /// - Parameter merge: called for files named `*.vac` where these are to be merged.
  mutating func add(_ arguments: [SourceArgument], merge: Merge) {
    var parents: [FilePath: (origin: Int, directory: SourceDirectory)] = [:]
    for argument in arguments {
      switch argument {
      case .contents(let path):
        let directory = makeRoot(path)
        addContents(of: directory, merge)
      case .file(let name, let parentPath):
        let parent = parents[parentPath] ?? (frames[0].origins.count, makeRoot(parentPath))
        if parents[parentPath] == nil {
          parents[parentPath] = parent
          frames[0].origins.append(.directory(parent.directory))
        }
        if !addArchive(name, in: parent.directory, merge) {
          frames[0].names.add(name, origin: parent.origin)
        }
      }
    }
    frames[0].names.sort()
  }

  private mutating func makeRoot(_ path: FilePath) -> SourceDirectory {
    lastID += 1
    return SourceDirectory(
      id: lastID, path: path.isEmpty ? "." : path, displayPath: path.bytes)
  }

  private mutating func addContents(of directory: SourceDirectory, _ merge: Merge) {
    do throws(BackupError) {
      let names = try names(in: directory)
      let origin = frames[0].origins.count
      frames[0].origins.append(.directory(directory))
      for position in 0..<names.count {
        let name = names[position].name
        if !addArchive(name, in: directory, merge) { frames[0].names.add(name, origin: origin) }
      }
    } catch {
      topFaults.append(BackupProblem(path: directory.displayText, error: error))
    }
  }

  /// Adds the files of an archive in place of the file that names it.
  private mutating func addArchive(
    _ name: [UInt8], in directory: SourceDirectory, _ merge: Merge
  ) -> Bool {
    guard options.mergesArchives, name.suffix(4).elementsEqual(".vac".utf8),
      let merged = merge(directory, name)
    else { return false }
    let files = Dictionary(merged.map { ($0.name, $0) }) { first, _ in first }
    let origin = frames[frames.count - 1].origins.count
    frames[frames.count - 1].origins.append(.archive(files))
    for name in files.keys { frames[frames.count - 1].names.add(name, origin: origin) }
    return true
  }

  // MARK: - Steps

  /// Goes to the next file; nil after the last one.
  ///
  /// - Parameter merge: as for `add`.
  mutating func next(merge: Merge) -> Step? {
    if let fault = topFaults.popLast() { return .fault(fault) }
    // Frames are used in their place: a copy would count every reference in one, for each file.
    while let place = frames.indices.last {
      path.removeLast(max(0, path.count - frames[place].pathCount))
      if let fault = frames[place].faults.popLast() { return self.fault(fault) }
      guard frames[place].next < frames[place].names.count else {
        if let directory = frames.removeLast().directory { handles.leave(directory) }
        return frames.isEmpty ? nil : .leave
      }
      frames[place].next += 1
      let step = visitLast(merge)
      frames[place].trim()
      if let step { return step }
    }
    return nil
  }

  /// Ends the walk before its time.
  ///
  /// From the bottom up, so that no directory is the last to let go of all those above it.
  mutating func abandon() {
    while frames.popLast() != nil {}
  }

  private func fault(_ error: BackupError) -> Step {
    .fault(BackupProblem(path: path, error: error))
  }

  /// Visits the name before the next one.
  private mutating func visitLast(_ merge: Merge) -> Step? {
    let place = frames.count - 1
    let (name, origin) = frames[place].names[frames[place].next - 1]
    let isTaken = frames[place].last == name
    frames[place].last = name
    switch frames[place].origins[origin] {
    case .directory(let directory):
      if frames.count == 1 { path = directory.path(to: name) } else { append(name) }
      if isTaken { return fault(.nameTaken) }
      return visit(name, in: directory, merge)
    case .archive(let files):
      append(name)
      if isTaken { return fault(.nameTaken) }
      return files[name].map { .merged($0, path: path) }
    case .standardInput:
      append(name)
      return .standardInput(name)
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
      let handle = try handles.handle(of: directory)
      let status = try calling("stat") { () throws(Errno) in try handle.status(of: name) }
      let file = SourceFile(directory: directory, name: name, status: status)
      guard options.patterns.isEmpty || options.patterns.includes(path) else {
        return .excluded(file)
      }
      guard status.kind == .directory else { return .file(file) }
      lastID += 1
      let entered = SourceDirectory(id: lastID, name: name, in: directory, status: status)
      let attributes = push(entered, status)
      if options.mergesArchives { mergeArchives(in: entered, merge) }
      frames[frames.count - 1].names.sort()
      return .enter(file, attributes)
    } catch {
      return fault(error)
    }
  }

  /// Goes into a directory.
  ///
  /// - Returns: its attributes; one whose attributes cannot be read is stored without.
  private mutating func push(
    _ directory: SourceDirectory, _ status: FileStatus
  ) -> [ExtendedAttribute] {
    let fileSystem = frames.last?.fileSystem ?? status.fileSystem
    let isListed = status.fileSystem == fileSystem || !options.staysOnFileSystem
    var frame = Frame(
      origins: [.directory(directory)], names: SortedNames(), fileSystem: fileSystem,
      pathCount: path.count, directory: directory)
    var attributes: [ExtendedAttribute] = []
    do throws(BackupError) {
      attributes = try self.attributes.attributes(of: handles.handle(of: directory))
    } catch {
      frame.faults = [error]
    }
    do throws(BackupError) {
      if isListed { frame.names = try names(in: directory) }
    } catch {
      // One word for a directory that cannot be opened at all.
      frame.faults = [error]
    }
    frames.append(frame)
    return attributes
  }

  /// Puts the files of archives in the place of the files that name them.
  private mutating func mergeArchives(in directory: SourceDirectory, _ merge: Merge) {
    let names = frames[frames.count - 1].names
    frames[frames.count - 1].names = SortedNames()
    for position in 0..<names.count {
      let name = names[position].name
      if !addArchive(name, in: directory, merge) { frames[frames.count - 1].names.add(name) }
    }
  }

  // MARK: - Directories

  /// The names in a directory that are to be archived, in no order.
  private func names(in directory: SourceDirectory) throws(BackupError) -> SortedNames {
    let handle = try handles.handle(of: directory)
    var names = SortedNames()
    var isTagged = false
    try calling("read directory") { () throws(Errno) in
      try handle.forEachName { name in
        names.add(name)
        if name == CacheTag.name { isTagged = true }
      }
    }
    guard isTagged, options.excludesCaches, CacheTag.isGenuine(in: handle) else { return names }
    var onlyTag = SortedNames()
    onlyTag.add(CacheTag.name)
    return onlyTag
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
