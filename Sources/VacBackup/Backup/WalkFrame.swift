internal import VacArchive
internal import VentiCore

/// A directory that a walk is in: what is still to be met there.
struct WalkFrame: Sendable {
  /// Where names of a directory come from.
  enum Origin: Sendable {
    case directory(SourceDirectory)
    case standardInput
  }

  /// What is met next.
  struct Next {
    enum Source {
      case name(Origin)
      /// Apart, since it is large, and rare.
      indirect case merged(MergedFile)
    }

    let name: [UInt8]
    let source: Source
    /// Whether the one before has the same name.
    let isTaken: Bool
  }

  /// An archive whose files are in the place of the file that names it.
  private struct Merged: Sendable {
    /// That file's path.
    let path: [UInt8]
    /// Of equal names, those of this many origins come first.
    let originsBefore: Int
    var files: MergedFiles
    /// The next of them.
    var head: MergedFile?
  }

  /// The names, sorted before the first is taken.
  var names = SortedNames()
  /// Whether names that come after these, or after the last one taken where there are none, are still
  /// to be read.
  var continues = false
  /// The directory that has all the names, where these can be read again.
  var contents: SourceDirectory?
  /// What is to be told of the directory.
  var faults: [BackupError] = []
  /// The file system to stay on; nil at the top, where each argument has its own.
  let fileSystem: UInt64?
  /// The length of the path of this directory.
  let pathCount: Int
  /// Nil at the top.
  let directory: SourceDirectory?

  private var origins: [Origin] = []
  private var merged: [Merged] = []
  private var next = 0
  /// The name before: one that comes again is taken.
  private(set) var last: [UInt8]?

  init(fileSystem: UInt64?, pathCount: Int, directory: SourceDirectory?) {
    self.fileSystem = fileSystem
    self.pathCount = pathCount
    self.directory = directory
  }

  /// Adds a place that names come from, and returns its number.
  mutating func add(_ origin: Origin) -> Int {
    origins.append(origin)
    return origins.count - 1
  }

  /// Adds the files of an archive, in the place of a file.
  mutating func add(_ files: MergedFiles, path: [UInt8]) {
    merged.append(Merged(path: path, originsBefore: origins.count, files: files))
  }

  /// Reads the next file of every archive.
  ///
  /// - Returns: what is to be told, before this is called again; nil when all are read.
  mutating func readMerged() -> BackupProblem? {
    while let place = merged.firstIndex(where: { $0.head == nil }) {
      do throws(ArchiveError) {
        switch try merged[place].files.next() {
        case .file(let file): merged[place].head = file
        case .omission(let text):
          return BackupProblem(path: merged[place].path, error: .omission(text))
        case nil: merged.remove(at: place)
        }
      } catch {
        return BackupProblem(path: merged.remove(at: place).path, error: .archive(error))
      }
    }
    return nil
  }

  /// Takes what comes next in `ArchiveOrder`, once `readMerged` has read all; nil after the last.
  mutating func takeNext() -> Next? {
    let row = next < names.count ? names[next] : nil
    let first = merged.indices.min { isBefore(merged[$0].head, merged[$1].head) }
    if let first, let file = merged[first].head {
      let isName = row.map { row in
        row.name == file.name
          ? row.origin < merged[first].originsBefore : ArchiveOrder.isOrdered(row.name, file.name)
      }
      if isName != true {
        merged[first].head = nil
        return take(file.name, .merged(file))
      }
    }
    guard let row else { return nil }
    next += 1
    return take(row.name, .name(origins[row.origin]))
  }

  private mutating func take(_ name: [UInt8], _ source: Next.Source) -> Next {
    defer { last = name }
    return Next(name: name, source: source, isTaken: last == name)
  }

  /// Lets go of the names once the last has been met: there may be many directories below.
  mutating func trim() {
    guard next == names.count, merged.isEmpty, !continues else { return }
    (origins, names, next, last) = ([], SortedNames(), 0, nil)
  }

  /// Lets go of the names until the walk comes back, if they can be read again.
  mutating func letGo() {
    guard contents != nil, continues || next < names.count else { return }
    (names, next, continues) = (SortedNames(), 0, true)
  }
}

// Of a tree that is very deep, the directories far above are in a temporary file.
extension WalkFrame {
  /// The frame without its names, of a directory that is below the top, and without faults: these are
  /// told before the walk goes down.
  var bytes: [UInt8] {
    var writer = ByteWriter(capacity: 64)
    writer.uint64(fileSystem ?? 0)
    writer.uint64(UInt64(pathCount))
    writer.uint8(continues ? 1 : 0)
    writer.raw(last ?? [])
    return writer.bytes
  }

  init(_ bytes: [UInt8], of directory: SourceDirectory) throws(FormatError) {
    var reader = ByteReader(Block(bytes).bytes, of: "directory")
    self.init(
      fileSystem: try reader.uint64(), pathCount: try Int(clamping: reader.uint64()),
      directory: directory)
    continues = try reader.uint8() == 1
    last = try reader.array(reader.remaining)
    _ = add(.directory(directory))
    contents = directory
  }
}

/// Whether a file stands before another; of equal names, the first stays before.
private func isBefore(_ left: MergedFile?, _ right: MergedFile?) -> Bool {
  guard let left, let right else { return false }
  return ArchiveOrder.isOrdered(left.name, right.name)
}
