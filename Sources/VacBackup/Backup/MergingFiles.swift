package import VacArchive
internal import VentiCore

/// The files of archives that are merged into one directory, in `ArchiveOrder`; of equal names, that of
/// the archive of the least rank comes first, and of equal ranks that of the one that was added first.
///
/// An archive that is the only one is read as its files are taken. Of several, all is set aside when they
/// are added: a name of each is in memory, and no block.
package struct MergingFiles: Sendable {
  /// What comes next.
  package enum Item: Sendable {
    case file(MergedFile)
    /// What had to be left out.
    case omission(BackupProblem)
  }

  /// An archive that is read.
  private struct Reading: Sendable {
    /// Of the file that names it.
    let path: [UInt8]
    let rank: Int
    var files: MergedFiles
    /// What comes next, and its name.
    private(set) var head: (name: [UInt8], item: Item)?
    /// What is told of the archive comes right after the file that was read last; before all others at
    /// first.
    private var last: [UInt8] = [0]
    private var isAtEnd = false

    init(_ files: MergedFiles, path: [UInt8], rank: Int) throws(BackupError) {
      (self.path, self.rank, self.files) = (path, rank, files)
      try readOn()
    }

    /// Goes on to the next file, or to what is to be told.
    mutating func readOn() throws(BackupError) {
      head = nil
      guard !isAtEnd else { return }
      do throws(ArchiveError) {
        switch try files.next() {
        case .file(let file):
          last = file.name
          head = (last, .file(file))
        case .omission(let text): omit(text)
        case nil: isAtEnd = true
        }
      } catch {
        isAtEnd = true
        let failure = BackupError.archive(error)
        if failure.endsEverything { throw failure }
        omit("\(error)")
      }
    }

    private mutating func omit(_ text: String) {
      head = (last, .omission(BackupProblem(path: path, error: .omission(text))))
    }
  }

  private var reading: Reading?
  private var others: SortedRuns

  package init(_ scratch: Scratch) {
    // There may be as much for each directory above.
    var own = scratch
    own.memoryLimit /= 64
    others = SortedRuns(own)
  }

  /// Whether there are no more files.
  package var isEmpty: Bool { first == nil }

  /// The name and the rank of what comes next; nil after the last.
  package var first: (name: [UInt8], rank: Int)? {
    guard let reading, let head = reading.head else { return others.first }
    return (head.name, reading.rank)
  }

  /// Adds the files of an archive.
  ///
  /// - Parameters:
  ///   - path: of the file that names it.
  ///   - rank: no less than those before.
  package mutating func add(_ files: MergedFiles, path: [UInt8], rank: Int) throws(BackupError) {
    let isOnly = isEmpty
    try setAside()
    reading = try Reading(files, path: path, rank: rank)
    if !isOnly { try setAside() }
  }

  /// Takes what comes next.
  package mutating func next() throws(BackupError) -> Item? {
    if let item = reading?.head?.item {
      try reading?.readOn()
      return item
    }
    return try settingAside { () throws(ScratchError) in
      try others.next().map { record throws(ScratchError) in
        try others.scratch.parsing { () throws(FormatError) in try Item(record.value) }
      }
    }
  }

  /// Sets aside what is left of an archive that is read.
  package mutating func setAside() throws(BackupError) {
    guard var archive = reading.take() else { return }
    while let (name, item) = archive.head {
      let record = SortedRuns.Record(name: name, rank: archive.rank, value: item.bytes)
      try settingAside { () throws(ScratchError) in try others.append(record) }
      try archive.readOn()
    }
    try settingAside { () throws(ScratchError) in try others.endRun() }
  }
}

extension MergingFiles.Item {
  private enum Kind {
    static let file: UInt8 = 0
    static let omission: UInt8 = 1
  }

  /// The item as bytes, from which it can be made again.
  fileprivate var bytes: [UInt8] {
    switch self {
    case .file(let file): return [Kind.file] + file.bytes
    case .omission(let problem):
      var writer = ByteWriter()
      writer.uint8(Kind.omission)
      writer.uint32(UInt32(problem.path.count))
      writer.raw(problem.path)
      writer.raw("\(problem.error)".utf8)
      return writer.bytes
    }
  }

  fileprivate init(_ bytes: [UInt8]) throws(FormatError) {
    var reader = ByteReader(Block(bytes).bytes, of: "merged file")
    guard try reader.uint8() == Kind.omission else {
      self = .file(try MergedFile(&reader))
      return
    }
    let path = try reader.array(Int(reader.uint32()))
    let text = String(decoding: try reader.array(reader.remaining), as: UTF8.self)
    self = .omission(BackupProblem(path: path, error: .omission(text)))
  }
}
