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
    _ step: ArchiveWalk.Step, at path: WalkPath, to output: inout OutputBuffer
  ) throws(CommandError) -> RestoreError? {
    switch step {
    case .enter(let item), .file(let item):
      let problem = try printLine(of: item, at: path, to: &output)
      try output.write([UInt8(ascii: "\n")])
      // What is wrong with a directory comes as a step of its own.
      return item.kind == .directory ? nil : problem
    case .fault(let error): return error
    case .leave: return nil
    }
  }

  private func printLine(
    of item: Item, at path: WalkPath, to output: inout OutputBuffer
  ) throws(CommandError) -> RestoreError? {
    // Not by way of `self`, a copy of which would cost as much as the line.
    let isForTerminal = isTerminal && !command.listsJSON
    let write = { (piece: [UInt8]) throws(CommandError) in
      try output.write(isForTerminal ? PathText.printable(piece) : piece)
    }
    do throws(ReadOrWriteError<CommandError>) {
      if command.listsJSON {
        return try JSONListing(from: opened.cachedSource).write(item, at: path, write)
      }
      if command.isVerbose {
        return try Listing(from: opened.cachedSource).write(item, at: path, write)
      }
      try path.forEachPiece(write)
    } catch {
      switch error {
      case .read(let problem): throw CommandError("\(problem)")
      case .write(let failure): throw failure
      }
    }
    if item.kind == .directory { try output.write([UInt8(ascii: "/")]) }
    return item.damage
  }
}
