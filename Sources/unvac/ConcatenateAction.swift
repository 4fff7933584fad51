import CommandSupport
import SystemPackage
import VacArchive
import VacBackup
import VentiCore

/// Writes the contents of files to standard output.
struct ConcatenateAction {
  private let command: Unvac
  private let opened: OpenedArchive

  init(_ command: Unvac, _ opened: OpenedArchive) {
    self.command = command
    self.opened = opened
  }

  /// - Returns: whether all could be read.
  func run() throws -> Bool {
    var output = OutputBuffer()
    var isComplete = true
    let contents = Concatenation(from: opened.cachedSource)
    var walk = try ArchiveWalk(
      opened.archive, in: opened.cachedSource, selection: Selection(command.files),
      asksForFiles: true)
    while let step = try walk.next() {
      var problem: RestoreError?
      switch step {
      case .file(let item) where item.kind == .file:
        if command.isVerbose { StandardError.print(text(of: walk.path)) }
        problem = try copy(item, contents, &output)
      case .fault(let error): problem = error
      case .file, .enter, .leave: break
      }
      guard let problem else { continue }
      StandardError.print("unvac: \(RestoreProblem(path: walk.path, error: problem))")
      isComplete = false
    }
    try output.flush()
    for path in walk.missing {
      StandardError.print("unvac: \(PathText.quoted(Array(path.utf8))): not in the archive")
      isComplete = false
    }
    return isComplete
  }

  /// - Returns: why the file could not be read to its end.
  private func copy(
    _ item: Item, _ contents: Concatenation, _ output: inout OutputBuffer
  ) throws(CommandError) -> RestoreError? {
    do throws(ReadOrWriteError<CommandError>) {
      try contents.read(item) { (block) throws(CommandError) in try output.write(block.array) }
      return nil
    } catch {
      switch error {
      case .read(let problem): return problem
      case .write(let failure): throw failure
      }
    }
  }

  private func text(of path: [UInt8]) -> String {
    String(decoding: PathText.printable(path), as: UTF8.self)
  }
}
