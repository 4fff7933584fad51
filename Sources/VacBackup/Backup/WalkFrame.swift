internal import VacArchive
internal import VentiCore

/// A directory that a walk is in: what is still to be met there.
struct WalkFrame: Sendable {
  /// What is met next.
  struct Next {
    enum Source {
      /// A file of the directory, or at the top of one of several.
      case name(ArgumentList.Place)
      /// A file of an archive, or what is to be told of one. Apart, since it is large, and rare.
      indirect case merged(MergingFiles.Item)
    }

    let name: [UInt8]
    let source: Source
    /// Whether the one before has the same name.
    let isTaken: Bool
  }

  /// The names, sorted before the first is taken.
  var names = SortedNames()
  /// Whether names that come after these, or after the last one taken where there are none, are still
  /// to be read.
  var continues = false
  /// The directory that has all the names, where these can be read again.
  var contents: TreeDirectory?
  /// The names of archives that are merged; nil before the names are read for the first time.
  var archives: Set<[UInt8]>?
  /// Their files.
  var merging: MergingFiles?
  /// What is to be told of the directory.
  var faults: [BackupError] = []
  /// The file system to stay on; nil at the top, where each argument has its own.
  let fileSystem: UInt64?
  /// Nil at the top.
  let directory: TreeDirectory?

  /// The place of the name that comes next.
  private(set) var next = 0
  /// The name before: one that comes again is taken.
  private(set) var last: [UInt8]?

  init(fileSystem: UInt64?, directory: TreeDirectory?) {
    self.fileSystem = fileSystem
    self.directory = directory
  }

  /// The directory that its names are in; nil at the top, where they are in those of arguments.
  var source: TreeDirectory? { directory ?? contents }

  /// Takes what comes next in `ArchiveOrder`; nil after the last, or where names are still to be read.
  mutating func takeNext() throws(BackupError) -> Next? {
    guard next < names.count || !continues else { return nil }
    let row = next < names.count ? names[next] : nil
    // Asked for each file: not by a copy of what is merged.
    if case .some = merging, let file = merging?.first, !(row.map { isBefore($0, file) } ?? false) {
      return try takeMerged()
    }
    guard let row else { return nil }
    next += 1
    return take(row.name, .name(row.origin))
  }

  /// Whether a name stands before a file of an archive.
  ///
  /// Of equal names, that of the earlier argument comes first, and a directory's own before those of
  /// archives in it.
  private func isBefore(
    _ row: (name: [UInt8], origin: Int), _ file: (name: [UInt8], rank: Int)
  ) -> Bool {
    row.name == file.name
      ? row.origin <= file.rank : ArchiveOrder.isOrdered(row.name, file.name)
  }

  private mutating func takeMerged() throws(BackupError) -> Next? {
    guard let name = merging?.first?.name, let item = try merging?.next() else { return nil }
    if merging?.isEmpty == true { merging = nil }
    if case .file = item { return take(name, .merged(item)) }
    return Next(name: name, source: .merged(item), isTaken: false)
  }

  private mutating func take(_ name: [UInt8], _ source: Next.Source) -> Next {
    defer { last = name }
    return Next(name: name, source: source, isTaken: last == name)
  }

  /// Has names that come next.
  mutating func take(_ names: SortedNames) {
    (self.names, next) = (names, 0)
    self.names.sort()
  }

  /// Lets go of the names once the last has been met: there may be many directories below.
  mutating func trim() {
    guard next == names.count, !continues, case .none = merging else { return }
    (names, archives, next, last) = (SortedNames(), nil, 0, nil)
  }

  /// Lets go of the names until the walk comes back, if they can be read again.
  mutating func letGo() {
    guard contents != nil, continues || next < names.count else { return }
    (names, next, continues) = (SortedNames(), 0, true)
  }
}

// Of a tree that is very deep, the directories far above are in a temporary file.
extension WalkFrame {
  /// The frame without its names; nil where archives are merged.
  ///
  /// It is of a directory below the top, and without faults: these are told before the walk goes down.
  var bytes: [UInt8]? {
    guard archives?.isEmpty ?? true else { return nil }
    var writer = ByteWriter(capacity: 64)
    writer.uint64(fileSystem ?? 0)
    writer.uint8(continues ? 1 : 0)
    writer.raw(last ?? [])
    return writer.bytes
  }

  init(_ bytes: [UInt8], of directory: TreeDirectory) throws(FormatError) {
    var reader = ByteReader(Block(bytes).bytes, of: "directory")
    self.init(fileSystem: try reader.uint64(), directory: directory)
    continues = try reader.uint8() == 1
    last = try reader.array(reader.remaining)
    archives = []
    contents = directory
  }
}
