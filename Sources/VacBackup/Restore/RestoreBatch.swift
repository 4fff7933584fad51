internal import VacArchive

/// Neighbours that one thread restores: two that make files in one directory wait for each other.
struct RestoreBatch {
  private static let countLimit = 64
  private static let byteLimit = 1 << 20
  private static let directoryLimit = 4

  private var jobs: [Restorer.Job] = []
  private var byteCount = 0
  private var directoryCount = 0

  /// Whether a file belongs to those that are there.
  func hasRoom(for job: Restorer.Job) -> Bool {
    jobs.count < Self.countLimit && byteCount < Self.byteLimit
      && (directoryCount < Self.directoryLimit || jobs.last?.directory === job.directory)
  }

  /// Adds a file.
  mutating func add(_ job: Restorer.Job) {
    if jobs.last?.directory !== job.directory { directoryCount += 1 }
    byteCount += job.item.size
    jobs.append(job)
  }

  /// Takes the files, and begins anew.
  mutating func take() -> [Restorer.Job] {
    defer { self = RestoreBatch() }
    return jobs
  }
}
