internal import Posix

/// Names that one scout asks about.
struct ScoutErrand: Sendable {
  /// What came of it.
  struct Result {
    /// Answers that the system gave.
    var count = 0
    /// The names of directories in each directory that was surveyed.
    var subdirectories: [FileStatus.Identity: SortedNames] = [:]
  }

  /// As many as are worth a turn.
  static let nameLimit = 16
  /// Names that are asked about in a directory that the walk has not come to.
  private static let surveyLimit = 1024

  let region: ScoutRegion
  let positions: Range<Int>

  /// Asks about the names, and about what is in those that are directories.
  func perform(_ options: BackupOptions) -> Result {
    var result = Result(count: positions.count)
    for position in positions {
      let name = region.names[position].name
      guard let status = try? region.handle.status(of: name), status.kind == .directory,
        region.fileSystem == nil || region.fileSystem == status.fileSystem,
        options.patterns.isEmpty || options.patterns.includes(region.directory.path(to: name)),
        let directory = try? region.handle.directory(name)
      else { continue }
      let (count, subdirectories) = survey(directory)
      result.count += count
      result.subdirectories[status.identity] = subdirectories
    }
    return result
  }

  /// Asks about what is in a directory.
  ///
  /// - Returns: how many names there are, and those of directories; not where they are too many.
  private func survey(_ directory: DirectoryHandle) -> (count: Int, subdirectories: SortedNames?) {
    var count = 0
    var subdirectories = SortedNames()
    let isListed: Void? = try? directory.forEachName { name in
      count += 1
      guard count <= Self.surveyLimit else { return }
      if (try? directory.status(of: name))?.kind == .directory { subdirectories.add(name) }
    }
    guard isListed != nil, count <= Self.surveyLimit else { return (count, nil) }
    subdirectories.sort()
    return (count, subdirectories)
  }
}
