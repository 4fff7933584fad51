internal import VacArchive

/// The threads of a restore.
typealias RestoreCrew = Crew<[Restorer.Work], RestoreError>

/// Neighbours that one thread restores: two that make files in one directory wait for each other.
struct RestoreBatch {
  private static let countLimit = 64
  private static let directoryLimit = 4

  private var works: [Restorer.Work] = []
  private var fileCount = 0
  private var byteCount = 0
  private var directoryCount = 0

  /// Adds something to do; what is there is handed to the crew first, unless both belong together.
  mutating func add(_ work: Restorer.Work, to crew: RestoreCrew) {
    let isNeighbour = works.last?.directoryID == work.directoryID
    if fileCount >= Self.countLimit || byteCount >= SmallFiles.byteLimit
      || !isNeighbour && directoryCount >= Self.directoryLimit
    {
      crew.add(take())
    }
    if works.last?.directoryID != work.directoryID { directoryCount += 1 }
    let (files, bytes) = work.counts
    fileCount += files
    byteCount += bytes
    works.append(work)
  }

  /// Takes what is there, and begins anew.
  mutating func take() -> [Restorer.Work] {
    defer { self = RestoreBatch() }
    return works
  }
}

extension Restorer.Work {
  /// The directory that gets the files.
  fileprivate var directoryID: Int {
    switch self {
    case .file(let job): job.directory.tree.id
    case .directory(let leaf): leaf.id
    }
  }

  /// The files.
  var files: [Item] {
    switch self {
    case .file(let job): [job.item]
    case .directory(let leaf): leaf.files
    }
  }

  /// Files, and bytes in them.
  fileprivate var counts: (files: Int, bytes: Int) {
    switch self {
    case .file(let job): (1, job.item.size)
    case .directory(let leaf): (leaf.files.count, leaf.byteCount)
    }
  }
}
