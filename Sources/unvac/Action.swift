import CommandSupport
import VacBackup

/// Something that the command does with an archive.
protocol Action {
  /// What the user has asked for.
  var command: Unvac { get }
  /// The archive, and its store.
  var opened: OpenedArchive { get }

  /// - Returns: whether all was done, and all is as it should be.
  func run() throws -> Bool
}

/// Something that prints what a walk meets.
protocol PrintingAction: Action {
  /// Whether the contents of files are read as well.
  var readsFiles: Bool { get }

  /// Prints what a step of the walk is about.
  ///
  /// - Returns: what of it cannot be read.
  func print(
    _ step: ArchiveWalk.Step, at path: WalkPath, to output: inout OutputBuffer
  ) throws(CommandError) -> RestoreError?
}

extension PrintingAction {
  func run() throws -> Bool {
    var output = OutputBuffer()
    var isComplete = true
    var walk = try ArchiveWalk(
      opened.archive, in: opened.cachedSource, selection: command.selection,
      asksForFiles: readsFiles)
    while let step = try walk.next() {
      guard let problem = try print(step, at: walk.path, to: &output) else { continue }
      try output.flush()
      StandardError.print("unvac: \(RestoreProblem(path: walk.path.bytes, error: problem))")
      isComplete = false
    }
    try output.flush()
    for path in walk.missing { StandardError.print("unvac: \(Report.missing(path))") }
    return isComplete && walk.missing.isEmpty
  }
}
