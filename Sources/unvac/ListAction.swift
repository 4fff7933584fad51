import CommandSupport
import Posix
import SystemPackage
import VacArchive
import VacBackup

/// Lists files.
struct ListAction {
  private let command: Unvac
  private let opened: OpenedArchive
  /// A terminal is not to obey what names contain.
  private let isTerminal = Terminal(.standardOutput) != nil

  init(_ command: Unvac, _ opened: OpenedArchive) {
    self.command = command
    self.opened = opened
  }

  /// - Returns: whether all could be listed.
  func run() throws -> Bool {
    var output = OutputBuffer()
    var isComplete = true
    var walk = try ArchiveWalk(
      opened.archive, in: opened.cachedSource, selection: Selection(command.files))
    while let step = try walk.next() {
      var problem: RestoreError?
      switch step {
      case .enter(let item), .file(let item):
        let (line, found) = line(for: item, at: walk.path)
        try output.write(line + [UInt8(ascii: "\n")])
        // What is wrong with a directory comes as a step of its own.
        problem = item.kind == .directory ? nil : found
      case .fault(let error): problem = error
      case .leave: break
      }
      guard let problem else { continue }
      try output.flush()
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

  private func line(for item: Item, at path: [UInt8]) -> ([UInt8], RestoreError?) {
    if command.listsJSON {
      return JSONListing(from: opened.cachedSource).line(for: item, at: path)
    }
    var (line, problem) =
      command.isVerbose
      ? Listing(from: opened.cachedSource).line(for: item, at: path) : (path, item.damage)
    if item.kind == .directory, !command.isVerbose { line.append(UInt8(ascii: "/")) }
    if isTerminal { line = PathText.printable(line) }
    return (line, problem)
  }
}
