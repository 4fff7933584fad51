import CommandSupport
import Posix
import SystemPackage
import VacArchive
import VacBackup

/// Lists files.
struct ListAction: PrintingAction {
  let command: Unvac
  let opened: OpenedArchive
  let readsFiles = false
  /// A terminal is not to obey what names contain.
  private let isTerminal = Terminal(.standardOutput) != nil

  init(command: Unvac, opened: OpenedArchive) {
    self.command = command
    self.opened = opened
  }

  func print(
    _ step: ArchiveWalk.Step, at path: [UInt8], to output: inout OutputBuffer
  ) throws(CommandError) -> RestoreError? {
    switch step {
    case .enter(let item), .file(let item):
      let (line, problem) = line(for: item, at: path)
      try output.write(line + [UInt8(ascii: "\n")])
      // What is wrong with a directory comes as a step of its own.
      return item.kind == .directory ? nil : problem
    case .fault(let error): return error
    case .leave: return nil
    }
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
