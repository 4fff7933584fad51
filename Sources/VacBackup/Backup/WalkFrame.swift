internal import VacArchive

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
      case merged(MergedFile)
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
  private var last: [UInt8]?

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
    guard next == names.count, merged.isEmpty else { return }
    (origins, names, next, last) = ([], SortedNames(), 0, nil)
  }
}

/// Whether a file stands before another; of equal names, the first stays before.
private func isBefore(_ left: MergedFile?, _ right: MergedFile?) -> Bool {
  guard let left, let right else { return false }
  return ArchiveOrder.isOrdered(left.name, right.name)
}
